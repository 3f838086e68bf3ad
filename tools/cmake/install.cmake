# SPDX-License-Identifier: MIT
# What `cmake --install` puts where: the public headers, the libraries (named in compile.cmake), the CMake package `cmta` and the
# pkg-config files cmta-engine, cmta and cmta-testkit. All of it may be moved afterwards: nothing installed holds the prefix.

include(CMakePackageConfigHelpers)

set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/cmta)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/cmta DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT cmta-targets NAMESPACE cmta:: DESTINATION ${cmake_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/cmta-config.cmake.in cmta-config.cmake
  INSTALL_DESTINATION ${cmake_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(cmta-config-version.cmake COMPATIBILITY ${CMTA_COMPATIBILITY})
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/cmta-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/cmta-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/Findlibev.cmake
  DESTINATION ${cmake_folder})

# The prefix is found from where the .pc file lies; a folder given as an absolute path stays one.
file(RELATIVE_PATH prefix /prefix/${pkgconfig_folder} /prefix)
string(REGEX REPLACE "/$" "" prefix "${prefix}")
set(prefix "\${pcfiledir}/${prefix}")
foreach(kind LIB INCLUDE)
  string(TOLOWER ${kind}dir folder)
  set(${folder} "\${prefix}")
  cmake_path(APPEND ${folder} ${CMAKE_INSTALL_${kind}DIR})
endforeach()
set(packages cmta-engine cmta)
if(CMTA_TESTKIT)
  list(APPEND packages cmta-testkit)
endif()
foreach(package IN LISTS packages)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${package}.pc.in ${package}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${package}.pc DESTINATION ${pkgconfig_folder})
endforeach()

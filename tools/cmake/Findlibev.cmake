# SPDX-License-Identifier: MIT
# libev, which comes with neither a CMake package nor a pkg-config file: the target libev::libev. Used by the build, and installed beside
# the package `cmta` for those who link cmta::server.

find_library(LIBEV_LIBRARY ev)
find_path(LIBEV_INCLUDE_DIR ev.h PATH_SUFFIXES libev)
mark_as_advanced(LIBEV_LIBRARY LIBEV_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libev REQUIRED_VARS LIBEV_LIBRARY LIBEV_INCLUDE_DIR)

if(libev_FOUND AND NOT TARGET libev::libev)
  add_library(libev::libev UNKNOWN IMPORTED)
  set_target_properties(libev::libev PROPERTIES
    IMPORTED_LOCATION ${LIBEV_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${LIBEV_INCLUDE_DIR})
  if(LIBEV_LIBRARY MATCHES "\\.a$")
    set_target_properties(libev::libev PROPERTIES INTERFACE_LINK_LIBRARIES m)
  endif()
endif()

# How every target of the project is compiled: one function, cmta_target(NAME).

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

# How far versions go together; before 1.0 a minor version may change the interface.
set(CMTA_COMPATIBILITY SameMajorVersion)
set(CMTA_SOVERSION ${PROJECT_VERSION_MAJOR})
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(CMTA_COMPATIBILITY SameMinorVersion)
  set(CMTA_SOVERSION 0.${PROJECT_VERSION_MINOR})
endif()

function(cmta_target name)
  set_target_properties(${name} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${name} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes $<$<BOOL:${CMTA_WERROR}>:-Werror>)
  if(CMTA_SANITIZE)
    target_compile_options(${name} PRIVATE
      -fsanitize=${CMTA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${name} PRIVATE -fsanitize=${CMTA_SANITIZE})
  endif()
  if(CMTA_FUZZ)
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# One object of all those of a target, in which what is hidden is local: whoever links an archive of it may use those names as well.
function(cmta_one_object file objects)
  add_custom_command(OUTPUT ${file}
    COMMAND ${CMAKE_LINKER} -r -o ${file} $<TARGET_OBJECTS:${objects}>
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${file}
    DEPENDS ${objects} $<TARGET_OBJECTS:${objects}> COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

# cmta_library(NAME OBJECTS): the shared library cmta::NAME and the static cmta::NAME_static, of the same objects. The library `server` is
# plain libcmta; the others are libcmta-NAME.
function(cmta_library name objects)
  set(file cmta-${name})
  if(name STREQUAL "server")
    set(file cmta)
  endif()
  cmta_one_object(${CMAKE_CURRENT_BINARY_DIR}/${file}.o ${objects})
  foreach(kind SHARED STATIC)
    set(target cmta_${name})
    set(parts $<TARGET_OBJECTS:${objects}>)
    if(kind STREQUAL "STATIC")
      set(target cmta_${name}_static)
      set(parts ${CMAKE_CURRENT_BINARY_DIR}/${file}.o)
    endif()
    add_library(${target} ${kind} ${parts})
    string(REPLACE "cmta_" "" exported ${target})
    add_library(cmta::${exported} ALIAS ${target})
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME ${file} EXPORT_NAME ${exported}
      VERSION ${PROJECT_VERSION} SOVERSION ${CMTA_SOVERSION}
      INSTALL_RPATH "$ORIGIN") # libcmta finds the engine beside itself, in whatever folder
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    if(CMTA_SANITIZE)
      target_link_options(${target} PUBLIC -fsanitize=${CMTA_SANITIZE})
    endif()
    install(TARGETS ${target} EXPORT cmta-targets)
  endforeach()
endfunction()

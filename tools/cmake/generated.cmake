# The machines: spec/ -> gen/ by re2c and Ragel. gen/ is checked in and is what is compiled; only the target `regenerate` writes it.
#
#   cmta_generated(OUTPUT INPUT [INCLUDED...])   gen/OUTPUT is made of spec/INPUT, which reads the other spec files named
#
# A test gen_current/OUTPUT makes each file anew in a scratch folder and compares. It is skipped where the tool is missing or has another
# version than the one below, because another version writes other code.

set(CMTA_RAGEL_VERSION 6.10)
set(CMTA_RE2C_VERSION 3.0)
find_program(CMTA_RAGEL ragel)
find_program(CMTA_RE2C re2c)

add_custom_target(regenerate COMMENT "Writing gen/ from spec/")

# A verb that lacks one of its places is said here, by name, before re2c, Ragel or the compiler stumble over it, or nobody does.
set(places spec/event.h spec/command.re spec/session.rl src/engine/verbs.c)
list(TRANSFORM places PREPEND ${PROJECT_SOURCE_DIR}/)
set(script ${PROJECT_SOURCE_DIR}/tools/cmake/verbs.cmake)
set(stamp ${PROJECT_BINARY_DIR}/verbs.stamp)
add_custom_command(OUTPUT ${stamp} DEPENDS ${places} ${script} VERBATIM COMMENT "Looking for each verb in its places"
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -P ${script}
  COMMAND ${CMAKE_COMMAND} -E touch ${stamp})
add_custom_target(cmta_verbs DEPENDS ${stamp})
add_dependencies(regenerate cmta_verbs)

function(cmta_generated output input)
  set(arguments -D OUTPUT=${output} -D INPUT=${input} -D SOURCE=${PROJECT_SOURCE_DIR}
    -D RAGEL=${CMTA_RAGEL} -D RE2C=${CMTA_RE2C}
    -D RAGEL_VERSION=${CMTA_RAGEL_VERSION} -D RE2C_VERSION=${CMTA_RE2C_VERSION})
  set(script ${PROJECT_SOURCE_DIR}/tools/cmake/generate.cmake)
  add_custom_command(TARGET regenerate POST_BUILD VERBATIM
    COMMAND ${CMAKE_COMMAND} ${arguments} -D FOLDER=${PROJECT_SOURCE_DIR}/gen -P ${script})
  set_property(GLOBAL APPEND PROPERTY CMTA_GENERATED ${output})
  set_property(GLOBAL PROPERTY CMTA_GENERATED_${output} "${arguments}")
endfunction()

cmta_generated(session_machine.c session_machine.rl session.rl event.h)
cmta_generated(body_machine.c body.rl)
cmta_generated(command.c command.re core.re)
cmta_generated(address.c address.re core.re)
cmta_generated(parameter.c parameter.re core.re)
cmta_generated(proxy.c proxy.re core.re)

# Called by tests/: one test for each generated file.
function(cmta_generated_tests)
  get_property(outputs GLOBAL PROPERTY CMTA_GENERATED)
  foreach(output IN LISTS outputs)
    get_property(arguments GLOBAL PROPERTY CMTA_GENERATED_${output})
    add_test(NAME gen_current/${output} COMMAND ${CMAKE_COMMAND} ${arguments}
      -D FOLDER=${CMAKE_CURRENT_BINARY_DIR}/gen_current -D COMPARE=${PROJECT_SOURCE_DIR}/gen
      -P ${PROJECT_SOURCE_DIR}/tools/cmake/generate.cmake)
    set_tests_properties(gen_current/${output} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: " LABELS once)
  endforeach()
endfunction()

# Checks that each verb has its four places below SOURCE. A verb is what has a number below 280 in spec/event.h, and each name that
# another place has and spec/event.h has not. Run before every build of the engine in which one of the four has changed, and before
# `regenerate`.

cmake_minimum_required(VERSION 3.25)

# names_in(RESULT FILE PATTERN): each name that PATTERN, which begins with a character before the name, finds in FILE.
function(names_in result file pattern)
  file(READ ${SOURCE}/${file} text)
  string(REGEX REPLACE "[][;]" " " text "${text}")
  if(file MATCHES "[.]rl$")
    string(REGEX REPLACE "#[^\n]*" "" text "${text}")
  endif()
  string(REGEX MATCHALL "${pattern}" found "${text}")
  list(TRANSFORM found REPLACE ".*[^A-Z0-9_]([A-Z][A-Z0-9_]+)[^A-Z]*$" "\\1")
  list(REMOVE_DUPLICATES found)
  set(${result} ${found} PARENT_SCOPE)
endfunction()

set(name "[A-Z][A-Z0-9_]+")
names_in(others spec/event.h "[ \n]${name} = (2[89][0-9]|[3-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)[^0-9]")
names_in(in_1 spec/event.h "[ \n]${name} = (1?[0-9]?[0-9]|2[0-7][0-9])[^0-9]")
names_in(in_2 spec/command.re "read_as[(]${name}")
names_in(in_3 spec/session.rl "[^A-Za-z0-9_]${name}")
names_in(in_4 src/engine/verbs.c "[.]event = ${name}")

set(lack_1 "has no number in spec/event.h")
set(lack_2 "has no rule in spec/command.re")
set(lack_3 "has no row in spec/session.rl")
set(lack_4 "has no row in src/engine/verbs.c")

set(verbs ${in_1} ${in_2} ${in_3} ${in_4})
list(REMOVE_DUPLICATES verbs)
list(REMOVE_ITEM verbs ${others})
if(NOT verbs)
  message(SEND_ERROR "no verbs found in ${SOURCE}")
endif()
foreach(verb IN LISTS verbs)
  foreach(step RANGE 1 4)
    if(NOT verb IN_LIST in_${step})
      message(SEND_ERROR "the verb ${verb} ${lack_${step}}: README.md, Adding a verb, step ${step}")
    endif()
  endforeach()
endforeach()

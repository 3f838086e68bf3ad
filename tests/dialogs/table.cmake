# Checks that each dialogue that the tables of README.md name exists, and that they name any.

file(READ ${README} text)
get_filename_component(folder ${README} DIRECTORY)
string(REGEX MATCHALL "`[a-z0-9_]+\\.dialog`" names "${text}")
if(NOT names)
  message(FATAL_ERROR "README.md names no dialogue")
endif()
foreach(name IN LISTS names)
  string(REPLACE "`" "" name ${name})
  if(NOT EXISTS ${folder}/${name})
    message(SEND_ERROR "README.md names ${name}, which does not exist")
  endif()
endforeach()

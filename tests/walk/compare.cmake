# Runs PROGRAM and compares what it prints with GOLDEN; with RENEW, writes GOLDEN.

if(RENEW)
  set(TABLE ${GOLDEN})
endif()
execute_process(COMMAND ${PROGRAM} ${EVENT_H} OUTPUT_FILE ${TABLE} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "the walk failed")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${TABLE} ${GOLDEN} RESULT_VARIABLE differs)
if(differs)
  find_program(DIFF diff)
  if(DIFF)
    execute_process(COMMAND ${DIFF} -U 8 ${GOLDEN} ${TABLE})
  endif()
  message(FATAL_ERROR "The chart is not the one of tests/walk/walk.golden. If that is meant: "
    "cmake --build <build> --target walk_golden, read the difference, and commit it with the chart.")
endif()

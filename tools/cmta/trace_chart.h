/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_TRACE_CHART_H
#define CMTA_TOOLS_TRACE_CHART_H

/* The session chart for Graphviz, compiled in from tests/walk/chart.dot by CMakeLists.txt; a test
 * compares that file with the machine. */
extern const char trace_chart[];

#endif

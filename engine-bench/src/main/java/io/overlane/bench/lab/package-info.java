// SPDX-License-Identifier: Apache-2.0
/** Makes a Markdown report and a chart from the raw results of {@code run-lab.sh}. */
@NullMarked
package io.overlane.bench.lab;

import org.jspecify.annotations.NullMarked;

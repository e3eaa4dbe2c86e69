// SPDX-License-Identifier: Apache-2.0
/** From the raw results of {@code run-lab.sh} to a Markdown report and a chart. */
package io.overlane.bench.lab;

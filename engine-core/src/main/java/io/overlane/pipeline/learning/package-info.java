// SPDX-License-Identifier: Apache-2.0
/**
 * Learns where MAC addresses are, and reports addresses that were looked up and not found. Threads that do not write
 * the tables pass what they learn through a ring to the thread that does.
 */
@NullMarked
package io.overlane.pipeline.learning;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The tables under all tables: fixed-size keys to one word, off the heap, written by one thread and read by any.
 */
@NullMarked
package io.overlane.table;

import org.jspecify.annotations.NullMarked;

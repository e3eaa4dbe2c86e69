// SPDX-License-Identifier: Apache-2.0
/**
 * The requests of an operator to an engine: its tables, with the syntax of {@code bridge fdb} and {@code ip neigh}, its
 * segments, counters and drops.
 *
 * <p>The admin thread makes listings while the tables change: each entry is shown as it was at some moment, and a list
 * is not a snapshot. The writing thread makes changes and reads what only it may read, a few entries at a time.
 */
@NullMarked
package io.overlane.admin.command;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * What an operator can ask of an engine: its tables, in the words {@code bridge fdb} and {@code ip neigh} use, its
 * segments, what it carried, and why it did not.
 *
 * <p>Listings are made by the admin thread out of tables that go on changing: an entry is shown as it was at some
 * moment, a list is no snapshot. Changes, and what only the thread that writes the tables knows of an entry, are asked
 * of that thread, a few entries at a time.
 */
package io.overlane.admin.command;

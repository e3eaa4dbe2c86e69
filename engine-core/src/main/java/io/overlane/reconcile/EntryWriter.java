// SPDX-License-Identifier: Apache-2.0
package io.overlane.reconcile;

/** Puts configured entries into the tables and takes them out. Used by the one thread that writes them. */
public interface EntryWriter
{
    /**
     * @param key   of an entry.
     * @param value what it says.
     * @return why no such entry can be, in words; null if it can.
     */
    String refusal(EntryKey key, Object value);

    /**
     * Add an entry, or change what it says in one step.
     *
     * @param key   of the entry.
     * @param value what it says.
     * @return false if there is no room.
     */
    boolean put(EntryKey key, Object value);

    /**
     * @param key   of an entry.
     * @param value what it says.
     */
    void remove(EntryKey key, Object value);

    /** Let readers see what is done to a whole list at once. */
    void commit();
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.agrona.collections.IntHashSet;

/**
 * The remotes that get a copy of broadcast, unknown unicast and multicast frames (head-end replication, RFC 7348 §4.2
 * without the multicast group). One writer; readers on any thread see the list before or after a change.
 */
public final class FloodList
{
    private volatile int[] remotes = {};

    /** The numbers of the remotes, each once. Callers do not change the array. */
    public int[] remotes()
    {
        return remotes;
    }

    /** False if the remote was in the list already. */
    public boolean add(final int remote)
    {
        final int[] before = remotes;
        final int[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = remote;
        return set(IntStream.of(after).distinct().toArray());
    }

    /** False if the remote was not in the list. */
    public boolean remove(final int remote)
    {
        return set(IntStream.of(remotes).filter(other -> other != remote).toArray());
    }

    /**
     * Take some out and put others in, in one step: a reader sees the list before or after.
     *
     * @param removed numbers of remotes; those not in the list are passed over.
     * @param added   numbers of remotes; those in the list are passed over.
     */
    public void change(final IntHashSet removed, final IntHashSet added)
    {
        set(IntStream.concat(
            IntStream.of(remotes).filter(remote -> !removed.contains(remote)),
            added.stream().mapToInt(Integer::intValue)).distinct().toArray());
    }

    private boolean set(final int... after)
    {
        final boolean isChanged = after.length != remotes.length;
        remotes = after;
        return isChanged;
    }
}

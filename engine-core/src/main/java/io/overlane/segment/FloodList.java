// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.IntHashSet;

/**
 * The remotes that get a copy of broadcast, unknown unicast and multicast frames (head-end replication, RFC 7348 §4.2
 * without the multicast group). One writer; readers on any thread see the list before or after a change.
 */
public final class FloodList
{
    private static final int[] NONE = {};

    private volatile int[] remotes = NONE;

    /**
     * The current list. Callers do not change it.
     *
     * @return numbers of remotes, each once.
     */
    public int[] remotes()
    {
        return remotes;
    }

    /**
     * @param remote a remote's number.
     * @return false if it was in the list already.
     */
    public boolean add(final int remote)
    {
        final int[] before = remotes;
        if (indexOf(before, remote) >= 0)
        {
            return false;
        }
        final int[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = remote;
        remotes = after;
        return true;
    }

    /**
     * @param remote a remote's number.
     * @return false if it was not in the list.
     */
    public boolean remove(final int remote)
    {
        final int[] before = remotes;
        final int index = indexOf(before, remote);
        if (index < 0)
        {
            return false;
        }
        final int[] after = Arrays.copyOf(before, before.length - 1);
        System.arraycopy(before, index + 1, after, index, after.length - index);
        remotes = after;
        return true;
    }

    /**
     * Take some out and put others in, in one step: a reader sees the list before or after.
     *
     * @param removed numbers of remotes; those not in the list are passed over.
     * @param added   numbers of remotes; those in the list are passed over.
     */
    public void change(final IntHashSet removed, final IntHashSet added)
    {
        final int[] before = remotes;
        final IntArrayList after = new IntArrayList(before.length + added.size(), 0);
        final IntHashSet members = new IntHashSet();
        for (final int remote : before)
        {
            if (!removed.contains(remote) && members.add(remote))
            {
                after.addInt(remote);
            }
        }
        added.forEachInt(remote ->
        {
            if (members.add(remote))
            {
                after.addInt(remote);
            }
        });
        remotes = after.toIntArray();
    }

    private static int indexOf(final int[] remotes, final int remote)
    {
        for (int i = 0; i < remotes.length; i++)
        {
            if (remotes[i] == remote)
            {
                return i;
            }
        }
        return -1;
    }
}

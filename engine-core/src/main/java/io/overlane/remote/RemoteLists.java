// SPDX-License-Identifier: Apache-2.0
package io.overlane.remote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Numbered lists of remotes that get a copy each, for FDB entries of group addresses. One thread writes. Any thread may
 * read a list if it got the number through a release and an acquire, as an {@code Fdb} lookup does; it sees the list
 * before or after a change. Freed numbers are used again in the order in which they were freed.
 */
public final class RemoteLists
{
    /** Release and acquire: a reader that sees a list sees its elements, even if it sees a change early. */
    private static final VarHandle LIST = MethodHandles.arrayElementVarHandle(int[][].class);

    private static final int INITIAL = 16;

    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private volatile int[][] lists = new int[INITIAL][];
    private int used;

    /**
     * Writer only.
     *
     * @param remotes of the list; the caller does not change them any more.
     * @return the number of the new list.
     */
    public int add(final int... remotes)
    {
        // At least one number stays free, so a reader that is late by one lookup still finds the list it knew.
        final int number = free.size() > 1 ? free.remove() : used++;
        if (number == lists.length)
        {
            lists = Arrays.copyOf(lists, 2 * number);
        }
        LIST.setRelease(lists, number, remotes);
        return number;
    }

    /** The remotes of a list, which callers do not change. Any thread. */
    public int[] get(final int number)
    {
        return (int[])LIST.getAcquire(lists, number);
    }

    /** Replace the remotes of a list. Writer only. */
    public void set(final int number, final int... remotes)
    {
        LIST.setRelease(lists, number, remotes);
    }

    /** Give back the number of a list that no entry has any more. Writer only. */
    public void free(final int number)
    {
        free.add(number);
    }
}

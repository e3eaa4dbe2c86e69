// SPDX-License-Identifier: Apache-2.0
package io.overlane.remote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Numbered lists of remotes that get a copy each, for FDB entries of group addresses. One thread writes; any thread may
 * read a list whose number it was handed by way of a release and an acquire, as an {@code Fdb} lookup does, and sees it
 * before or after a change. Numbers are given out again in the order in which they were freed.
 */
public final class RemoteLists
{
    /** What a list holds must be seen by whoever sees the list, also if a change is seen early. */
    private static final VarHandle LIST = MethodHandles.arrayElementVarHandle(int[][].class);

    private static final int INITIAL = 16;

    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private volatile int[][] lists = new int[INITIAL][];
    private int used;

    /**
     * Writer only.
     *
     * @param remotes of the list; the caller does not change them any more.
     * @return its number.
     */
    public int add(final int... remotes)
    {
        // One number at least stays free, so that a reader that is late by one lookup still finds what it knew.
        final int number = free.size() > 1 ? free.remove() : used++;
        if (number == lists.length)
        {
            lists = Arrays.copyOf(lists, 2 * number);
        }
        LIST.setRelease(lists, number, remotes);
        return number;
    }

    /**
     * Any thread.
     *
     * @param number of a list.
     * @return its remotes; the caller does not change them.
     */
    public int[] get(final int number)
    {
        return (int[])LIST.getAcquire(lists, number);
    }

    /**
     * Writer only.
     *
     * @param number  of a list.
     * @param remotes its remotes from now on.
     */
    public void set(final int number, final int... remotes)
    {
        LIST.setRelease(lists, number, remotes);
    }

    /**
     * Give a number back. Writer only.
     *
     * @param number of a list nobody can find any more.
     */
    public void free(final int number)
    {
        free.add(number);
    }
}

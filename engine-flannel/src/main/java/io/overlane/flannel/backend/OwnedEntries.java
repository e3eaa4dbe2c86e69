// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.Vtep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The entries for peers in one of the engine's tables. It removes only entries that it has put there, so entries of
 * others stay.
 *
 * @param <K> key of the table.
 */
final class OwnedEntries<K>
{
    /** Entries sent to the engine at a time; its command queue has room for a few thousand. */
    private static final int CHUNK = 256;

    private final BiFunction<K, Vtep, CompletableFuture<Boolean>> putter;
    private final Function<K, CompletableFuture<Boolean>> remover;
    private final Map<K, Vtep> present = new HashMap<>();

    /**
     * @param putter  of the engine; answers false if the table is full.
     * @param remover of the engine.
     */
    OwnedEntries(
        final BiFunction<K, Vtep, CompletableFuture<Boolean>> putter,
        final Function<K, CompletableFuture<Boolean>> remover)
    {
        this.putter = putter;
        this.remover = remover;
    }

    /**
     * Call this before the kernel sends packets to new peers.
     *
     * @param wanted every entry there should be.
     * @return one line for each entry that did not fit.
     * @throws IOException if the engine is closed.
     */
    List<String> put(final Map<K, Vtep> wanted) throws IOException
    {
        final List<String> failures = new ArrayList<>();
        final Map<K, CompletableFuture<Boolean>> asked = new HashMap<>();
        for (final Map.Entry<K, Vtep> entry : wanted.entrySet())
        {
            if (!entry.getValue().equals(present.get(entry.getKey())))
            {
                asked.put(entry.getKey(), putter.apply(entry.getKey(), entry.getValue()));
            }
            if (asked.size() == CHUNK)
            {
                conclude(asked, wanted, failures);
            }
        }
        conclude(asked, wanted, failures);
        return failures;
    }

    private void conclude(
        final Map<K, CompletableFuture<Boolean>> asked, final Map<K, Vtep> wanted, final List<String> failures)
        throws IOException
    {
        for (final Map.Entry<K, CompletableFuture<Boolean>> answer : asked.entrySet())
        {
            if (join(answer.getValue()))
            {
                present.put(answer.getKey(), wanted.get(answer.getKey()));
            }
            else
            {
                failures.add("no room in the engine's table for " + answer.getKey());
            }
        }
        asked.clear();
    }

    /**
     * Call this after the kernel has stopped sending to the removed peers.
     *
     * @param wanted every entry there should be.
     * @throws IOException if the engine is closed.
     */
    void removeOthers(final Map<K, Vtep> wanted) throws IOException
    {
        remove(present.keySet().stream().filter(key -> !wanted.containsKey(key)).toList());
    }

    /**
     * Call this after the kernel has stopped sending to the removed peers.
     *
     * @param gone entries to remove; entries that do not exist are ignored.
     * @throws IOException if the engine is closed.
     */
    void remove(final Collection<K> gone) throws IOException
    {
        for (final K key : gone)
        {
            if (present.containsKey(key))
            {
                join(remover.apply(key));
                present.remove(key);
            }
        }
    }

    private static boolean join(final CompletableFuture<Boolean> answer) throws IOException
    {
        try
        {
            return answer.join();
        }
        catch (final CompletionException ex)
        {
            throw new IOException("the engine refused a change: " + ex.getCause().getMessage(), ex);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.ReconcileResult;
import io.overlane.control.ReconcileResult.Change;
import io.overlane.engine.EngineControl;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Entries for the node's peers in one of the engine's tables. Entries of other owners in the same table stay as they
 * are.
 *
 * @param <K> key of the table.
 */
final class PeerEntries<K>
{
    private static final String OWNER = "flannel";

    private final EngineControl control;
    private final Wish<K> wish;
    private Map<K, Vtep> present = Map.of();

    /**
     * Adds an entry to a state.
     *
     * @param <K> key of the table.
     */
    @FunctionalInterface
    interface Wish<K>
    {
        void addTo(DesiredState state, K key, Vtep remote);
    }

    PeerEntries(final EngineControl control, final Wish<K> wish)
    {
        this.control = control;
        this.wish = wish;
    }

    /**
     * Add entries, before the kernel sends packets to new peers.
     *
     * @param wanted entries to add or change.
     * @return a line for each entry that is not in the table as wanted.
     * @throws IOException if the engine is closed.
     */
    List<String> put(final Map<K, Vtep> wanted) throws IOException
    {
        final Map<K, Vtep> next = new HashMap<>(present);
        next.putAll(wanted);
        return apply(next);
    }

    /**
     * Remove all other entries, after the kernel has stopped sending packets to peers that left.
     *
     * @throws IOException if the engine is closed.
     */
    void removeOthers(final Map<K, Vtep> wanted) throws IOException
    {
        final Map<K, Vtep> next = new HashMap<>(present);
        if (next.keySet().retainAll(wanted.keySet()))
        {
            apply(next);
        }
    }

    /**
     * Remove entries, after the kernel has stopped sending packets to peers that left.
     *
     * @param gone keys; those without an entry do not matter.
     * @throws IOException if the engine is closed.
     */
    void remove(final Collection<K> gone) throws IOException
    {
        final Map<K, Vtep> next = new HashMap<>(present);
        if (next.keySet().removeAll(Set.copyOf(gone)))
        {
            apply(next);
        }
    }

    private List<String> apply(final Map<K, Vtep> next) throws IOException
    {
        final DesiredState state = new DesiredState();
        next.forEach((key, remote) -> wish.addTo(state, key, remote));
        try
        {
            final ReconcileResult result = control.apply(OWNER, state).join();
            present = next;
            return result.notApplied().stream().map(Change::toString).toList();
        }
        catch (final CompletionException ex)
        {
            throw new IOException(
                "the engine refused a change: " + Objects.requireNonNull(ex.getCause()).getMessage(), ex);
        }
    }
}

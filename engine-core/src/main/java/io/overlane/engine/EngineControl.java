// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbControl;
import io.overlane.port.Port;
import io.overlane.reconcile.DesiredState;
import io.overlane.reconcile.ReconcileResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Asks the thread that owns the tables for changes, one method per command, from any thread. Each returns a future
 * that completes with false when there was nothing to change or no room, or exceptionally when the command makes no
 * sense (no such segment), when too many are waiting, or when the engine is closed.
 */
public final class EngineControl
{
    private final Forwarding forwarding;
    private final CommandQueue commands;

    /**
     * @param forwarding what the commands change.
     * @param commands   to the thread that may.
     */
    public EngineControl(final Forwarding forwarding, final CommandQueue commands)
    {
        this.forwarding = forwarding;
        this.commands = commands;
    }

    /**
     * @param vni    of a segment.
     * @param mac    of a station.
     * @param remote where it lives.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putFdb(final int vni, final MacAddress mac, final Vtep remote)
    {
        return ask(() -> forwarding.putFdb(vni, mac, remote));
    }

    /**
     * @param vni of a segment.
     * @param mac of a station.
     * @return false if it had no entry.
     */
    public CompletableFuture<Boolean> removeFdb(final int vni, final MacAddress mac)
    {
        return ask(() -> forwarding.removeFdb(vni, mac));
    }

    /**
     * @param vni    of a segment.
     * @param remote gets copies of flooded frames.
     * @return false if it was in the list already, or there is no room.
     */
    public CompletableFuture<Boolean> addFlood(final int vni, final Vtep remote)
    {
        return ask(() -> forwarding.addFlood(vni, remote));
    }

    /**
     * @param vni    of a segment.
     * @param remote gets no more copies.
     * @return false if it was not in the list.
     */
    public CompletableFuture<Boolean> removeFlood(final int vni, final Vtep remote)
    {
        return ask(() -> forwarding.removeFlood(vni, remote));
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @param mac     its MAC.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        return ask(() -> forwarding.putNeighbor(vni, address, mac));
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @return false if it was not known.
     */
    public CompletableFuture<Boolean> removeNeighbor(final int vni, final IpAddress address)
    {
        return ask(() -> forwarding.removeNeighbor(vni, address));
    }

    /**
     * @param destination inner destinations of the IP network.
     * @param remote      where they live.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putRoute(final IpPrefix destination, final Vtep remote)
    {
        return ask(() -> forwarding.putRoute(destination, remote));
    }

    /**
     * @param destination inner destinations of the IP network.
     * @return false if it had no route.
     */
    public CompletableFuture<Boolean> removeRoute(final IpPrefix destination)
    {
        return ask(() -> forwarding.removeRoute(destination));
    }

    /**
     * @param operation on the FDB and the flood lists, run on the thread that writes them.
     * @param <T>       what it answers.
     * @return completes with the answer.
     */
    public <T> CompletableFuture<T> fdb(final Function<FdbControl, T> operation)
    {
        return ask(() -> operation.apply(forwarding.fdbControl()));
    }

    /**
     * Say that a station is behind a port of this engine.
     *
     * @param vni  of a segment.
     * @param mac  of the station.
     * @param port of that segment.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putFdb(final int vni, final MacAddress mac, final Port port)
    {
        return ask(() -> forwarding.ports().putFdb(vni, mac, port));
    }

    /**
     * Make the tables say what an owner wants: what is new is added, what differs is changed, and what the owner
     * wanted before and does not any more is removed. Entries of other owners stay as they are; those that say
     * something else are reported as conflicts. What differs is found out on the calling thread and done in one
     * command, however much it is.
     *
     * @param owner   a name, other than {@link Forwarding#MANUAL}.
     * @param desired all it wants; may be changed or thrown away as soon as this returns.
     * @return what was done.
     */
    public CompletableFuture<ReconcileResult> apply(final String owner, final DesiredState desired)
    {
        if (owner.isBlank() || owner.equals(Forwarding.MANUAL))
        {
            throw new IllegalArgumentException("not an owner of a state: '" + owner + "'");
        }
        return ask(forwarding.reconciler().prepare(owner, desired.copy()));
    }

    /**
     * Run a command of one's own where tables are written, between two batches; so that what it looks at is still true
     * when it changes something.
     *
     * @param command what to do; short, frames wait for it.
     * @param <T>     what it answers.
     * @return completes with the answer, or exceptionally with what the command threw.
     */
    public <T> CompletableFuture<T> ask(final Supplier<T> command)
    {
        return commands.ask(command);
    }
}

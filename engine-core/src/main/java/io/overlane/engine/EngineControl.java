// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.control.DesiredState;
import io.overlane.control.ReconcileResult;
import io.overlane.control.TableOperations;
import io.overlane.forwarding.Forwarding;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Changes the tables of a running engine, from any thread. Both methods send a command to the thread that writes the
 * tables and return at once. The future completes exceptionally if too many commands are waiting or the engine is
 * closed.
 */
public final class EngineControl
{
    private final Forwarding forwarding;
    private final CommandQueue commands;

    EngineControl(final Forwarding forwarding, final CommandQueue commands)
    {
        this.forwarding = forwarding;
        this.commands = commands;
    }

    /**
     * Make the tables contain exactly the entries that an owner wants. This adds new entries, changes different ones,
     * and removes the entries of the owner's last state that are not in this one. Entries of other owners stay as they
     * are; the result reports a conflict for an entry that contradicts one of them. The calling thread compares the
     * states, and one command makes all changes.
     *
     * @param owner   a name, other than {@link TableOperations#OWNER}.
     * @param desired all entries of the owner; the caller may change it as soon as this returns.
     * @return completes with the changes that were made.
     */
    public CompletableFuture<ReconcileResult> apply(final String owner, final DesiredState desired)
    {
        if (owner.isBlank() || owner.equals(TableOperations.OWNER))
        {
            throw new IllegalArgumentException(
                "'" + owner + "' is not a name for the owner of a state; choose one that is neither blank nor '" +
                TableOperations.OWNER + "'");
        }
        return commands.ask(forwarding.reconciler().prepare(owner, desired.copy()));
    }

    /**
     * Run a function on the thread that writes the tables, between two batches: no other change comes between its reads
     * and its changes. Frames wait meanwhile, so it must be short.
     *
     * @param function reads and changes the tables; its argument can be used only until it returns.
     * @return completes with the result, or exceptionally with the exception of the function.
     */
    public <T> CompletableFuture<T> operate(final Function<? super TableOperations, T> function)
    {
        return commands.ask(() -> forwarding.operations().run(function));
    }
}

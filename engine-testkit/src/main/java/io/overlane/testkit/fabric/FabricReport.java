// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What happened in a simulated fabric.
 *
 * @param seed          of the run.
 * @param engines       number of engines.
 * @param frames        frames that stations sent, replies included.
 * @param datagrams     datagrams between engines that arrived, copies included.
 * @param delivered     frames that ports of engines got.
 * @param events        tasks of the simulation that ran.
 * @param starts        engines that were launched, again or for the first time.
 * @param changes       changes of stations, flood lists, memberships, policies and control planes.
 * @param checks        comparisons of all tables and counters of an engine.
 * @param drops         dropped frames by label of the reason, as the model and the engines agree; of engines that were
 *                      stopped, too.
 * @param virtualNs     virtual time, in nanoseconds.
 * @param wallNs        real time, in nanoseconds.
 * @param hash          of everything the engines did; the same settings and seed give the same hash.
 * @param disagreements differences from the model, with the last events before; empty if there are none.
 * @param heldEngines   closed engines that were not freed, counted at the end of the run.
 */
public record FabricReport(
    long seed,
    int engines,
    long frames,
    long datagrams,
    long delivered,
    long events,
    long starts,
    long changes,
    long checks,
    Map<String, Long> drops,
    long virtualNs,
    long wallNs,
    long hash,
    List<String> disagreements,
    int heldEngines)
{
    /** @return true if the engines did what the model says, and every ended engine was freed. */
    public boolean isRight()
    {
        return disagreements.isEmpty() && heldEngines == 0;
    }

    @Override
    public String toString()
    {
        return String.format(
            Locale.ROOT,
            "seed %d: %d engines, %d frames, %d datagrams, %d delivered, %d events, %d starts, %d changes, " +
                "%d checks, %.1f virtual s in %.1f s, %d disagreements, %d engines not freed, hash %016x",
            seed, engines, frames, datagrams, delivered, events, starts, changes, checks,
            virtualNs / 1e9, wallNs / 1e9, disagreements.size(), heldEngines, hash);
    }
}

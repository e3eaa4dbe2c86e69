// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.control.FdbChange;
import io.overlane.engine.OverlayEngine;
import io.overlane.event.EngineEvent;
import io.overlane.event.EngineEvent.DuplicateAddress;
import io.overlane.event.EngineEvent.FloodStorm;
import io.overlane.event.EngineEvent.MacChanged;
import io.overlane.event.EngineEvent.MacConflict;
import io.overlane.event.EventSubscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs what looks like a loop, a storm or a duplicate address, so that an operator learns of it without asking. The
 * engine limits how often it reports each of them.
 */
final class StationWarnings
{
    private StationWarnings()
    {
    }

    /**
     * @param engine that runs.
     * @param log    gets one line for each event.
     * @return ends this when it is closed.
     */
    static EventSubscription log(final OverlayEngine engine, final Logger log)
    {
        return engine.events(Runnable::run, event ->
        {
            final String line = line(event);
            if (line != null)
            {
                log.warn("{}", line);
            }
        });
    }

    /** Null for an event that an operator need not know. */
    static @Nullable String line(final EngineEvent event)
    {
        if (event instanceof DuplicateAddress duplicate)
        {
            return "VNI " + duplicate.vni() + ": " + duplicate.mac() + " behind " + duplicate.place() + " claims " +
                duplicate.address() + ", which " + duplicate.other() + " has" + (duplicate.otherPlace() == null ?
                    " by configuration" : ", behind " + duplicate.otherPlace()) +
                ": give each station an address of its own";
        }
        if (event instanceof MacConflict conflict)
        {
            return "VNI " + conflict.vni() + ": frames of " + conflict.mac() + " come from " + conflict.port() +
                " and from " + conflict.remote() + ": look for a loop, or for two stations with this MAC address";
        }
        if (event instanceof MacChanged changed && changed.change() == FdbChange.PINNED)
        {
            return "VNI " + changed.vni() + ": " + changed.mac() + " moves between " + changed.place() + " and " +
                changed.other() + " too often, and stays at the first: look for a loop, or for two stations with" +
                " this MAC address";
        }
        if (event instanceof FloodStorm storm)
        {
            return (storm.vni() == null ? "" : "VNI " + storm.vni() + ": ") + "the flood limit dropped " +
                storm.frames() + " frames (" + storm.limit() + "): look for a loop or a storm";
        }
        return null;
    }
}

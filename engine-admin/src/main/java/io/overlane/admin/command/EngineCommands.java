// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.Answer;
import io.overlane.engine.OverlayEngine;

/** All requests of an operator to an engine. */
public final class EngineCommands
{
    private EngineCommands()
    {
    }

    /**
     * @param engine   to control.
     * @param isVxlan  true if it has segments, false for an IP network.
     * @param commands gets the engine's commands; a program may add its own.
     * @return the commands.
     */
    public static AdminCommands addTo(final OverlayEngine engine, final boolean isVxlan, final AdminCommands commands)
    {
        return addTo(engine, isVxlan, new EngineCaptures(null), commands);
    }

    /**
     * @param engine   to control.
     * @param isVxlan  true if it has segments, false for an IP network.
     * @param captures remembers the captures that operators start.
     * @param commands gets the engine's commands; a program may add its own.
     * @return the commands.
     */
    public static AdminCommands addTo(
        final OverlayEngine engine,
        final boolean isVxlan,
        final EngineCaptures captures,
        final AdminCommands commands)
    {
        final EngineAccess access = new EngineAccess(engine);
        commands.addReading("ping", "", "test whether the engine answers", words ->
        {
            access.operate(tables -> true);
            return Answer.line("pong");
        });
        if (isVxlan)
        {
            new FdbCommands(access).addTo(commands);
            new NeighborCommands(access).addTo(commands);
            new SegmentCommands(access).addTo(commands);
            new VlanCommands(access).addTo(commands);
            new ContextCommands(access).addTo(commands);
            new ContextRouteCommands(access).addTo(commands);
            new FastPathCommands(access).addTo(commands);
        }
        else
        {
            new RouteCommands(access).addTo(commands);
        }
        new StatusCommands(access).addTo(commands);
        new DropCommands(access, isVxlan).addTo(commands);
        new CaptureCommands(access, captures).addTo(commands);
        return commands;
    }
}

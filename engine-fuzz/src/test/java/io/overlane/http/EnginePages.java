// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.command.EngineCommands;
import io.overlane.engine.OverlayEngine;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.http.server.HttpPages;
import java.util.Map;
import org.agrona.ErrorHandler;

/** The pages of an engine without a server. */
public final class EnginePages
{
    private EnginePages()
    {
    }

    /** @return all pages of the engine. */
    public static HttpPages of(final OverlayEngine engine, final ErrorHandler errors)
    {
        final EngineWatch watch =
            new EngineWatch(() -> Map.of("engine", engine), () -> "", GuardedErrorHandler.of(errors));
        final AdminCommands commands = EngineCommands.addTo(engine, true, new AdminCommands());
        return new ServedPages(watch, new ApiPages(commands, watch), () -> "metric 1\n");
    }
}

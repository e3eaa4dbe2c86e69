// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpPrefix;
import io.overlane.control.DesiredState;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.Map;

/**
 * A routing context, checked. {@link ContextPlanner} makes it. Its segments are in their own plans.
 *
 * @param settings of the context.
 * @param routes   static routes.
 */
public record ContextPlan(RoutingContext settings, Map<IpPrefix, RouteTarget> routes)
{
    /** @return name of the context. */
    public String name()
    {
        return settings.name();
    }

    /**
     * @param state gets the settings and routes.
     */
    public void addTo(final DesiredState state)
    {
        state.context(settings);
        routes.forEach((prefix, target) -> state.route(name(), prefix, target));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.routing;

import io.overlane.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * A route of a routing context.
 *
 * @param prefix of its destinations.
 * @param vni    segment whose gateway has the prefix; null for a route that was configured.
 * @param target where a configured route leads; null for the prefix of a gateway.
 */
public record RouteRow(IpPrefix prefix, @Nullable Integer vni, @Nullable RouteTarget target)
{
    @Override
    public String toString()
    {
        return prefix + (target == null ? " vni " + vni : " " + target);
    }
}

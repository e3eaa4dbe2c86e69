// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.control.TableResult;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;

/** Changes routes together with their references to remotes. */
final class Routes
{
    private final RouteTable table;
    private final RemoteTable remotes;
    private final RemoteCheck check;
    private final boolean hasRoutes;

    Routes(final RouteTable table, final RemoteTable remotes, final RemoteCheck check, final boolean hasRoutes)
    {
        this.table = table;
        this.remotes = remotes;
        this.check = check;
        this.hasRoutes = hasRoutes;
    }

    /** False in an engine that carries segments. */
    boolean areThere()
    {
        return hasRoutes;
    }

    TableResult check(final IpPrefix destination, final Vtep remote)
    {
        if (!destination.address().isV4())
        {
            return TableResult.NOT_V4;
        }
        return hasRoutes ? check.address(remote.address()) : TableResult.NO_ROUTES;
    }

    /** False if there is no room. */
    boolean put(final IpPrefix destination, final Vtep remote)
    {
        final int number = remotes.intern(remote);
        if (number == RemoteTable.MISSING)
        {
            return false;
        }
        final int before = table.get(destination);
        if (!table.put(destination, number))
        {
            remotes.release(number);
            return false;
        }
        if (before != RouteTable.MISSING)
        {
            remotes.release(before);
        }
        return true;
    }

    /** False if there was none. */
    boolean remove(final IpPrefix destination)
    {
        final int before = table.remove(destination);
        if (before == RouteTable.MISSING)
        {
            return false;
        }
        remotes.release(before);
        return true;
    }
}

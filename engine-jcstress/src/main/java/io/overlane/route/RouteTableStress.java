// SPDX-License-Identifier: Apache-2.0
package io.overlane.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The results of lookups in a {@link RouteTable} while a route is put and removed. */
@JCStressTest
@Outcome(id = {"1, 1", "1, 2", "2, 2", "2, 1"}, expect = Expect.ACCEPTABLE, desc = "one of the two, never none")
@State
public class RouteTableStress
{
    private static final IpPrefix WIDE = IpPrefix.parse("10.1.0.0/16");
    private static final IpPrefix NARROW = IpPrefix.parse("10.1.2.0/24");
    private static final IpAddress ADDRESS = IpAddress.parse("10.1.2.3");

    private final RouteTable table = new RouteTable(2, 11);

    /** A table with one route. */
    public RouteTableStress()
    {
        table.put(WIDE, 1);
    }

    /** Writer. */
    @Actor
    public void write()
    {
        table.put(NARROW, 2);
        table.remove(NARROW);
    }

    /** Reader. */
    @Actor
    public void read(final II_Result r)
    {
        r.r1 = table.lookup(ADDRESS.high(), ADDRESS.low());
        r.r2 = table.lookup(ADDRESS.high(), ADDRESS.low());
    }
}

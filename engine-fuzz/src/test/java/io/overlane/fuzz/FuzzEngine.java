// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.SegmentContext;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;

/** An engine for operators' requests, with a thread, two segments and some entries. */
public final class FuzzEngine
{
    private FuzzEngine()
    {
    }

    /** @return the engine, which runs; the caller closes it. */
    public static OverlayEngine launch() throws UnderlayException
    {
        final Vtep remote = new Vtep(IpAddress.parse("127.0.0.9"), 8472);
        return OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)))
            .threadingMode(ThreadingMode.SHARED)
            .daemonThreads(true)
            .fdb(fdb -> fdb.maxEntries(256)).maxNeighbors(64).maxRemotes(64).maxDropLines(64)
            .segment(segment(1, remote))
            .segment(segment(77, remote)));
    }

    private static SegmentContext segment(final int vni, final Vtep remote)
    {
        return new SegmentContext(vni)
            .port(new LoopbackPort("port-" + vni, 1450, 16))
            .flood(remote)
            .fdb(MacAddress.parse("02:00:00:00:00:0a"), remote)
            .neighbor(IpAddress.parse("10.0.0.9"), MacAddress.parse("02:00:00:00:00:0a"));
    }
}

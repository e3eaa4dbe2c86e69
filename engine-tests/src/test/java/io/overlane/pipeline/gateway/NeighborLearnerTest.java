// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.engine.Internals;
import io.overlane.forwarding.Forwarding;
import io.overlane.gateway.Link;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.Guards;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.policy.SegmentContext;
import io.overlane.routing.Gateway;
import io.overlane.testkit.EngineHarness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the thread that does not write the table sends to the one that does. */
class NeighborLearnerTest
{
    private static final long MAC = 0x0200_0000_0A20L;
    private static final IpAddress HOST = IpAddress.parse("10.2.0.20");

    private final EngineHarness harness = EngineHarness.create().launch(
        new SegmentContext(20).gateway(Gateway.of("red", "10.2.0.1/24")));
    private final Forwarding tables = Internals.forwarding(harness.engine());
    private final Link link = tables.gateways().link(20);
    private final GatewayShared parts = new GatewayShared(
        tables.gateways(), tables.neighbors(), tables.fdb(), harness.clock(),
        Guards.transit(new Fates(harness.decap())), new RateLimit(0), new RateLimit(0));
    private int wakes;
    private final LearnRing ring = new LearnRing(() -> wakes++, 0);
    private final NeighborLearner learner = new NeighborLearner(parts, ring);
    private final NeighborLearner writer = new NeighborLearner(parts, null);

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldHandOverNewsAtOnceAndAConfirmationOnceASecond()
    {
        assertTrue(learn(MAC));
        assertEquals(1, drain());
        for (int second = 0; second < 3; second++)
        {
            harness.clock().step(1100, TimeUnit.MILLISECONDS);
            assertFalse(learn(MAC));
            assertEquals(1, drain());
            for (int i = 0; i < 100; i++)
            {
                assertFalse(learn(MAC));
            }
            assertEquals(0, drain());
        }
        assertTrue(learn(MAC + 1));
        assertEquals(1, drain());
        assertEquals(MAC + 1, tables.neighbors().lookup(20, HOST.high(), HOST.low()));
        assertEquals(5, wakes);
    }

    @Test
    void shouldHandOverNothingAboutAConfiguredNeighbour()
    {
        tables.neighbors().put(20, HOST.high(), HOST.low(), MAC);
        assertFalse(learn(MAC));
        assertFalse(learn(MAC + 1));
        assertEquals(0, drain());
        assertEquals(0, wakes);
    }

    private boolean learn(final long mac)
    {
        return learner.learn(link, HOST.high(), HOST.low(), mac);
    }

    private int drain()
    {
        return ring.drain((isNeighbor, vni, mac, high, low) -> writer.put(vni, high, low, mac));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each table holds exactly as many entries as its setting says, and the error for one more names the setting. */
class TableLimitsTest
{
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1_000})
    void shouldHoldAsManyNeighborsAsItSays(final int max)
    {
        assertHolds(
            "no room for neighbour 10.0.", "maxNeighbors=" + max,
            max,
            context -> context.maxNeighbors(max),
            count ->
            {
                final SegmentContext segment = segment();
                for (int i = 0; i < count; i++)
                {
                    segment.neighbor(IpAddress.ofV4(0x0A00_0000 + i), mac(i));
                }
                return context -> context.segment(segment);
            });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1_000})
    void shouldHoldAsManyFdbEntriesAsItSays(final int max)
    {
        assertHolds(
            "no room for FDB entry ", "fdb.maxEntries=" + max + " or maxRemotes=64",
            max,
            context -> context.fdb(fdb -> fdb.maxEntries(max)),
            count ->
            {
                final SegmentContext segment = segment();
                for (int i = 0; i < count; i++)
                {
                    segment.fdb(mac(i), EngineHarness.A);
                }
                return context -> context.segment(segment);
            });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1_000})
    void shouldHoldAsManyRemotesAsItSays(final int max)
    {
        assertHolds(
            "no room for flood to 192.0.2.1:", "maxRemotes=" + max,
            max,
            context -> context.maxRemotes(max),
            count ->
            {
                final SegmentContext segment = segment();
                for (int i = 0; i < count; i++)
                {
                    segment.flood(new Vtep(IpAddress.parse("192.0.2.1"), 1 + i));
                }
                return context -> context.segment(segment);
            });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 1_000})
    void shouldHoldAsManyRoutesAsItSays(final int max)
    {
        assertHolds(
            "no room for route 10.", "maxRoutes=" + max + " or maxRemotes=64",
            max,
            context -> context.maxRoutes(max),
            count ->
            {
                final IpNetworkContext network = new IpNetworkContext().port(new LoopbackPort("a", 1450, 1));
                for (int i = 0; i < count; i++)
                {
                    network.route(
                        IpPrefix.parse("10." + (i >> 8) + "." + (i & 0xFF) + ".0/24"), EngineHarness.A);
                }
                return context -> context.ipNetwork(network);
            });
    }

    private static void assertHolds(
        final String entry,
        final String limit,
        final int max,
        final Consumer<EngineContext> limits,
        final IntFunction<Consumer<EngineContext>> entries)
    {
        try (EngineHarness full = EngineHarness.create())
        {
            limits.accept(full.context());
            entries.apply(max).accept(full.context());
            OverlayEngine.launch(full.context()).close();
        }
        try (EngineHarness overfull = EngineHarness.create())
        {
            limits.accept(overfull.context());
            entries.apply(max + 1).accept(overfull.context());
            final String refusal = assertThrows(
                IllegalArgumentException.class, () -> OverlayEngine.launch(overfull.context())).getMessage();
            assertEquals(entry, refusal.substring(0, Math.min(entry.length(), refusal.length())), refusal);
            assertEquals(": " + limit + " is reached; set it higher", refusal.substring(refusal.indexOf(": ")));
        }
    }

    private static SegmentContext segment()
    {
        return new SegmentContext(1).port(new LoopbackPort("a", 1450, 1));
    }

    private static MacAddress mac(final int index)
    {
        return new MacAddress(0x0200_0000_0000L + index);
    }
}

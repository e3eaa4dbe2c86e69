// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The engine sets the accepted sources of the underlay only while it drops many datagrams. */
class SourceFilterTest
{
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final byte[] DATAGRAM = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(1).datagram();
    /** Number of datagrams in one interval that reaches the rate. */
    private static final int MANY = (int)(SourceFilter.DROPS_PER_SECOND * SourceFilter.INTERVAL_NS / 1_000_000_000L);

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldFilterOnlyWhileManyDatagramsAreDropped()
    {
        launch(known(1).flood(EngineHarness.A).fdb(M, EngineHarness.B));
        strangers(MANY - 1);
        assertFilters();
        strangers(MANY);
        assertFilters(prefixes(EngineHarness.A, EngineHarness.B));
        strangers(MANY);
        assertFilters();
        harness.clock().step(SourceFilter.HOLD_NS - 1, TimeUnit.NANOSECONDS);
        harness.run();
        assertFilters();
        harness.clock().step(SourceFilter.INTERVAL_NS, TimeUnit.NANOSECONDS);
        harness.run();
        assertFilters((Set<IpPrefix>)null);
        assertEquals(3 * MANY - 1, harness.decap().dropped(DropReason.SOURCE_NOT_ALLOWED));
    }

    /** A full load of accepted sources needs no filter, which would cost time for each of their datagrams. */
    @Test
    void shouldNotFilterWhenOnlyTheReceiveBufferOverflows()
    {
        launch(known(1).flood(EngineHarness.A));
        harness.underlay().overflow(100L * MANY);
        strangers(MANY - 1);
        assertFilters();
    }

    @Test
    void shouldKeepTheFilterWhileItDrops()
    {
        launch(known(1).flood(EngineHarness.A));
        strangers(MANY);
        assertFilters(prefixes(EngineHarness.A));
        for (long passedNs = 0; passedNs <= SourceFilter.HOLD_NS; passedNs += SourceFilter.INTERVAL_NS)
        {
            harness.underlay().overflow(MANY);
            strangers(0);
            assertFilters();
        }
    }

    @Test
    void shouldAcceptARemoteBeforeItsFutureCompletesAndDropItAfterItIsGone()
    {
        launch(known(1).flood(EngineHarness.A));
        strangers(MANY);
        harness.underlay().takeFilters();

        final CompletableFuture<TableResult> added = harness.engine().control().operate(
            tables -> tables.append(FdbRequest.flood(1, EngineHarness.B)));
        final CompletableFuture<Void> seen =
            added.thenAccept(done -> assertFilters(prefixes(EngineHarness.A, EngineHarness.B)));
        harness.run();
        assertTrue(seen.isDone() && !seen.isCompletedExceptionally());

        harness.engine().control().operate(tables -> tables.replace(new FdbRequest(1, M, EngineHarness.B)));
        harness.run();
        assertFilters();
        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(1, EngineHarness.B)));
        harness.run();
        assertFilters();
        harness.engine().control().operate(tables -> tables.delete(new FdbRequest(1, M, null)));
        harness.run();
        assertFilters(prefixes(EngineHarness.A));
    }

    @Test
    void shouldSetOneFilterForAllRemotesOfOneState()
    {
        launch(known(1));
        strangers(MANY);
        assertFilters(Set.of());
        final DesiredState wanted = new DesiredState();
        final Vtep[] remotes = new Vtep[40];
        for (int i = 0; i < remotes.length; i++)
        {
            remotes[i] = new Vtep(IpAddress.ofV4(0x0A00_0001 + i), 8472);
            wanted.flood(1, remotes[i]);
        }
        harness.engine().control().apply("test", wanted);
        harness.run();
        assertFilters(prefixes(remotes));
        harness.engine().control().apply("test", new DesiredState());
        harness.run();
        assertFilters(Set.of());
    }

    @Test
    void shouldAcceptTheSourcesOfAllSegments()
    {
        harness.context().segment(known(2).port(new LoopbackPort("second", 1450, 16, 2048)).flood(EngineHarness.B));
        launch(known(1).flood(EngineHarness.A));
        strangers(MANY);
        assertFilters(prefixes(EngineHarness.A, EngineHarness.B));

        final CompletableFuture<?> added = harness.engine().segments().add(
            known(3).port(new LoopbackPort("third", 1450, 16, 2048)).flood(EngineHarness.C));
        harness.run();
        assertNotNull(added.join());
        assertFilters(prefixes(EngineHarness.A, EngineHarness.B, EngineHarness.C));
        harness.engine().segments().remove(3);
        harness.run();
        assertFilters(prefixes(EngineHarness.A, EngineHarness.B));
    }

    @Test
    void shouldEndTheFilterBeforeARuleAcceptsAnySource()
    {
        launch(known(1).flood(EngineHarness.A));
        strangers(MANY);
        harness.underlay().takeFilters();
        final CompletableFuture<Void> seen = harness.engine().segments()
            .change(1, rules -> rules.sources(SourcePolicy.ANY, Set.of()))
            .thenAccept(changes -> assertFilters((Set<IpPrefix>)null));
        harness.run();
        assertTrue(seen.isDone() && !seen.isCompletedExceptionally());

        change(SourcePolicy.LISTED, "192.0.2.99/24", "2001:db8::1/64", "fe80::1%lo/128");
        assertFilters(Set.of(
            IpPrefix.parse("192.0.2.0/24"), IpPrefix.parse("2001:db8::/64"), IpPrefix.parse("fe80::1/128")));
        change(SourcePolicy.LISTED, "::/0");
        assertFilters((Set<IpPrefix>)null);
    }

    @Test
    void shouldNotFilterMoreSourcesThanTheLimit()
    {
        harness.context().maxRemotes(2 * SourceFilter.MAX_SOURCES);
        final SegmentContext segment = known(1);
        for (int i = 0; i < SourceFilter.MAX_SOURCES; i++)
        {
            segment.flood(new Vtep(IpAddress.ofV4(0x0A00_0001 + i), 8472));
        }
        launch(segment);
        strangers(MANY);
        assertEquals(SourceFilter.MAX_SOURCES, harness.underlay().takeFilters().get(0).size());
        harness.engine().control().operate(tables -> tables.append(FdbRequest.flood(1, EngineHarness.A)));
        harness.run();
        assertFilters((Set<IpPrefix>)null);
        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(1, EngineHarness.A)));
        harness.run();
        assertEquals(SourceFilter.MAX_SOURCES, harness.underlay().takeFilters().get(0).size());
    }

    @Test
    void shouldAcceptRemotesThatHaveARouteInTheIpNetwork()
    {
        harness.launch(new IpNetworkContext()
            .address(IpAddress.parse("10.1.0.1"))
            .route(IpPrefix.parse("10.1.2.0/24"), EngineHarness.A));
        strangers(MANY);
        assertFilters(prefixes(EngineHarness.A));
        harness.engine().control().operate(
            tables -> tables.replaceRoute(IpPrefix.parse("10.1.3.0/24"), EngineHarness.B));
        harness.run();
        assertFilters(prefixes(EngineHarness.A, EngineHarness.B));
        harness.engine().control().operate(tables -> tables.deleteRoute(IpPrefix.parse("10.1.2.0/24")));
        harness.run();
        assertFilters(prefixes(EngineHarness.B));
    }

    private void change(final SourcePolicy policy, final String... prefixes)
    {
        final CompletableFuture<?> changed = harness.engine().segments().change(1, rules -> rules.sources(
            policy, Arrays.stream(prefixes).map(IpPrefix::parse).collect(Collectors.toSet())));
        harness.run();
        assertNotNull(changed.join());
    }

    private static SegmentContext known(final int vni)
    {
        return new SegmentContext(vni).policy(p -> p.sourcePolicy(SourcePolicy.KNOWN));
    }

    private void launch(final SegmentContext segment)
    {
        harness.launch(segment);
    }

    /** Receives datagrams of an unknown source within an interval. */
    private void strangers(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            harness.receive(EngineHarness.STRANGER, DATAGRAM);
        }
        harness.clock().step(SourceFilter.INTERVAL_NS, TimeUnit.NANOSECONDS);
        harness.run();
    }

    private static Set<IpPrefix> prefixes(final Vtep... remotes)
    {
        return Arrays.stream(remotes)
            .map(remote -> new IpPrefix(remote.address(), remote.address().bits()))
            .collect(Collectors.toSet());
    }

    private void assertFilters()
    {
        assertEquals(List.of(), harness.underlay().takeFilters());
    }

    private void assertFilters(final Set<IpPrefix> expected)
    {
        assertEquals(Collections.singletonList(expected), harness.underlay().takeFilters());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.fastpath.FastPathState;
import io.overlane.policy.SegmentContext;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.Volume;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.ForwardingUnderlay;
import io.overlane.underlay.SendBatch;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of an engine whose traffic is known. */
class EngineMetricsTest
{
    private static final int VNI = 7;
    private static final long MAC = MacAddress.parse("02:00:00:01:00:00").value();
    private static final long LENGTH = FrameSpec.ipv4Udp().bytes().length;

    private final EngineHarness harness = EngineHarness.create();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private long nowNs;
    private int snapshots;
    private EngineSnapshot.FastPathRow fastPath;

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldShowWhatTheEngineCarried()
    {
        launch(8);
        bind(10);
        transmit(0);
        harness.transmit(FrameSpec.ipv4Udp().bytes());
        harness.receive(vtep(0), FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(VNI).datagram());
        harness.receive(vtep(0), FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(99).datagram());
        nowNs += TimeUnit.SECONDS.toNanos(1);

        assertEquals(1, count("overlane.frames", "direction", "encap", "fate", "delivered"));
        assertEquals(1, count("overlane.frames", "direction", "encap", "fate", "dropped"));
        assertEquals(1, count("overlane.frames", "direction", "decap", "fate", "delivered"));
        assertEquals((double)LENGTH, count("overlane.traffic", "direction", "encap"));
        assertEquals(1, count("overlane.drops", "direction", "encap", "reason", "no-destination"));
        assertEquals(0, count("overlane.drops", "direction", "encap", "reason", "oversize"));
        assertEquals(1, count(
            "overlane.drops.by.remote", "direction", "decap", "reason", "unknown-vni", "vni", "none",
            "remote", vtep(0).address().toString()));
        assertEquals(1, count("overlane.segment.frames", "vni", "7", "direction", "encap"));
        assertEquals((double)LENGTH, count("overlane.segment.traffic", "vni", "7", "direction", "decap"));
        assertEquals(1, count("overlane.remote.frames", "remote", vtep(0).toString(), "direction", "encap"));
        assertEquals(2, count("overlane.port.frames", "port", "port-7", "direction", "in"));
        assertEquals(1, count("overlane.port.frames", "port", "port-7", "direction", "out"));
        assertEquals(8, gauge("overlane.table.size", "table", "fdb"));
        assertEquals(1, gauge("overlane.running"));
        assertEquals("edge", registry.get("overlane.running").gauge().getId().getTag("engine"));
    }

    @Test
    void shouldCountWhatAContextRoutes()
    {
        harness.launch(new SegmentContext(VNI).gateway(Gateway.of("red", "10.1.0.1/24")));
        bind(10);
        final FrameSpec toGateway = FrameSpec.icmpEchoRequest()
            .destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value()).source("10.1.0.9");
        harness.transmit(toGateway.destination("10.1.0.1").bytes());
        harness.transmit(toGateway.destination("10.3.0.9").bytes());
        tick();
        assertEquals(2, count("overlane.routed.answered", "context", "red") +
            count("overlane.routed.drops", "context", "red"), "an echo reply, and no route");
        assertEquals(0, count("overlane.routed.frames", "context", "red", "direction", "encap"));
        assertEquals(0, count("overlane.routed.requests", "context", "red"));
    }

    @Test
    void shouldShowFramesThatWaitForANextHop()
    {
        harness.launch(new SegmentContext(VNI).gateway(Gateway.of("red", "10.1.0.1/24")));
        bind(10);
        harness.transmit(FrameSpec.icmpEchoRequest().destinationMac(RoutingContext.DEFAULT_GATEWAY_MAC.value())
            .source("10.1.0.9").destination("10.1.0.50").bytes());
        tick();
        assertEquals(1, gauge("overlane.held", "direction", "encap"));
        assertEquals(0, gauge("overlane.held", "direction", "decap"));
    }

    @Test
    void shouldShowTheFastPath()
    {
        launch(0);
        bind(10);
        assertEquals(0, gauge("overlane.fast.path.on"));
        assertEquals(0, gauge("overlane.fast.path.stations.max"));

        fastPath = new EngineSnapshot.FastPathRow(
            FastPathState.ON, 2, 3, 4, new Volume(5, 500), new Volume(6, 600));
        tick();
        assertEquals(1, gauge("overlane.fast.path.on"));
        assertEquals(2, gauge("overlane.fast.path.segments"));
        assertEquals(3, gauge("overlane.fast.path.stations"));
        assertEquals(4, gauge("overlane.fast.path.stations.max"));
        assertEquals(5, count("overlane.fast.path.frames", "direction", "encap"));
        assertEquals(600, count("overlane.fast.path.traffic", "direction", "decap"));
    }

    @Test
    void shouldReadOneSnapshotForAllMeters()
    {
        launch(8);
        bind(10);
        final int before = snapshots;
        readAll();
        assertEquals(before, snapshots, "it is not old yet");
        nowNs += TimeUnit.SECONDS.toNanos(1);
        readAll();
        readAll();
        assertEquals(before + 1, snapshots);
    }

    @Test
    void shouldSumUpRowsBeyondTheLimit()
    {
        launch(8);
        bind(3);
        for (int i = 0; i < 8; i++)
        {
            transmit(i);
        }
        tick();
        assertEquals(4, remotes().size(), "three of their own and the rest");
        assertTrue(remotes().contains("other"));
        assertEquals(5, count("overlane.remote.frames", "remote", "other", "direction", "encap"));
        assertEquals(5, gauge("overlane.hidden", "kind", "remote"));
        assertEquals(0, gauge("overlane.hidden", "kind", "segment"));
        assertEquals(8, registry.get("overlane.remote.frames").tags("direction", "encap").functionCounters().stream()
            .mapToDouble(FunctionCounter::count).sum());
    }

    @Test
    void shouldNeverShrinkTheSumOfTheRest()
    {
        launch(6);
        bind(2);
        for (int i = 0; i < 6; i++)
        {
            transmit(i);
        }
        tick();
        final Set<String> first = remotes();
        assertEquals(4, count("overlane.remote.frames", "remote", "other", "direction", "encap"));
        for (int i = 0; i < 6; i++)
        {
            if (first.contains(vtep(i).toString()))
            {
                delete(i);
            }
        }
        tick();
        assertEquals(3, remotes().size(), "two others have taken the places");
        assertEquals(2, gauge("overlane.hidden", "kind", "remote"));
        assertEquals(4, count("overlane.remote.frames", "remote", "other", "direction", "encap"), "it never shrinks");
        for (int i = 0; i < 6; i++)
        {
            delete(i);
        }
        tick();
        assertEquals(Set.of("other"), remotes());
        assertEquals(0, gauge("overlane.hidden", "kind", "remote"));
        assertEquals(4, count("overlane.remote.frames", "remote", "other", "direction", "encap"));
    }

    @Test
    void shouldForgetRemotesThatComeAndGo()
    {
        harness.context().maxRemotes(64);
        launch(0);
        bind(1_000);
        tick();
        final int before = registry.getMeters().size();
        for (int round = 0; round < 100; round++)
        {
            for (int i = 0; i < 50; i++)
            {
                put(50 * round + i);
            }
            tick();
            assertEquals(before + 200, registry.getMeters().size(), "four for each remote");
            for (int i = 0; i < 50; i++)
            {
                delete(50 * round + i);
            }
        }
        tick();
        assertEquals(before, registry.getMeters().size());
    }

    @Test
    void shouldRemoveMetersOfARemovedSegment()
    {
        launch(1);
        bind(10);
        final int before = registry.getMeters().size();
        harness.engine().segments().add(new SegmentContext(8).port(new LoopbackPort("of 8", 1450, 8)));
        harness.run();
        tick();
        assertEquals(0, count("overlane.segment.frames", "vni", "8", "direction", "encap"));
        assertEquals(0, count("overlane.port.frames", "port", "of 8", "direction", "in"));
        harness.engine().segments().remove(8);
        harness.run();
        tick();
        assertEquals(before, registry.getMeters().size());
    }

    @Test
    void shouldShowLatencyAndBatchesOfTheLastMinutes()
    {
        harness.context().latency(true).underlay(new ForwardingUnderlay(harness.underlay())
        {
            @Override
            public void send(final SendBatch batch)
            {
                super.send(batch);
                harness.clock().step(100, TimeUnit.MICROSECONDS);
            }
        });
        launch(1);
        bind(10);
        for (int i = 0; i < 3; i++)
        {
            harness.port().put(frame(0));
        }
        harness.run();
        tick();
        final TimeGauge median = registry.get("overlane.latency.percentile")
            .tags("direction", "encap", "percentile", "0.5").timeGauge();
        assertEquals(100, median.value(TimeUnit.MICROSECONDS), 2);
        assertEquals(3, registry.get("overlane.latency").tags("direction", "encap").functionTimer().count());
        assertEquals(3, gauge("overlane.batch.size", "direction", "encap", "percentile", "0.5"));
        nowNs += TimeUnit.MINUTES.toNanos(1);
        readAll();
        nowNs += TimeUnit.MINUTES.toNanos(1);
        readAll();
        assertEquals(0, median.value(TimeUnit.MICROSECONDS), "long ago");
    }

    @Test
    void shouldLeaveNothingInTheRegistry()
    {
        launch(3);
        final EngineMetrics metrics = bind(10);
        assertTrue(registry.getMeters().size() > 100);
        metrics.close();
        assertEquals(0, registry.getMeters().size());
    }

    @Test
    void shouldMergePortsOfOneName()
    {
        harness.context().segment(new SegmentContext(8).port(new LoopbackPort("same", 1450, 8))
            .addPort(new LoopbackPort("same", 1450, 8)));
        harness.launch();
        bind(10);
        assertEquals(0, count("overlane.port.frames", "port", "same", "direction", "in"));
    }

    @Test
    void shouldRefuseANegativeLimit()
    {
        launch(0);
        assertThrows(IllegalArgumentException.class, () -> new EngineMetrics(harness.engine()).maxRows(-1));
        new EngineMetrics(harness.engine()).maxRows(0).bindTo(registry);
        assertNull(registry.find("overlane.segment.frames").tags("vni", "7").functionCounter());
    }

    private void launch(final int remotes)
    {
        harness.launch(new SegmentContext(VNI));
        for (int i = 0; i < remotes; i++)
        {
            put(i);
            harness.attach(vtep(i));
        }
    }

    private EngineMetrics bind(final int maxRows)
    {
        final EngineMetrics metrics = new EngineMetrics(this::snapshot, "edge", () -> nowNs).maxRows(maxRows);
        metrics.bindTo(registry);
        return metrics;
    }

    private EngineSnapshot snapshot()
    {
        snapshots++;
        final EngineSnapshot now = harness.engine().snapshot();
        return fastPath == null ? now : new EngineSnapshot(
            now.timeNs(), now.isRunning(), now.local(), now.encap(), now.decap(), now.segments(), now.ports(),
            now.remotes(), now.routing(), now.tables(), now.receiveDrops(), now.hasLatency(), now.eventsLost(),
            fastPath, now.memoryAccess());
    }

    private static Vtep vtep(final int index)
    {
        return Vtep.parse("10.0." + (index >> 8) + "." + (index & 0xFF) + ":8472", 0);
    }

    private static FdbRequest request(final int index)
    {
        return new FdbRequest(VNI, new MacAddress(MAC + index), vtep(index));
    }

    private void put(final int index)
    {
        harness.engine().control().operate(tables -> tables.replace(request(index)));
        harness.run();
    }

    private void delete(final int index)
    {
        harness.engine().control().operate(tables -> tables.delete(request(index)));
        harness.run();
    }

    private static byte[] frame(final int index)
    {
        return FrameSpec.ipv4Udp().destinationMac(MAC + index).bytes();
    }

    private void transmit(final int index)
    {
        harness.transmit(frame(index));
    }

    /** A second passes, and somebody reads. */
    private void tick()
    {
        nowNs += TimeUnit.SECONDS.toNanos(1);
        readAll();
    }

    private void readAll()
    {
        registry.getMeters().forEach(meter -> meter.measure().forEach(measurement -> measurement.getValue()));
    }

    private Set<String> remotes()
    {
        return registry.getMeters().stream()
            .map(Meter::getId)
            .filter(id -> id.getName().equals("overlane.remote.frames"))
            .map(id -> id.getTag("remote"))
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private double count(final String name, final String... tags)
    {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private double gauge(final String name, final String... tags)
    {
        final Gauge gauge = registry.get(name).tags(tags).gauge();
        return gauge.value();
    }
}

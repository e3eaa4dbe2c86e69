// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRow;
import io.overlane.control.TableOperations;
import io.overlane.engine.Internals;
import io.overlane.fdb.FdbEntry;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** An engine with one segment, what is sent to it, and what its FDB says then. */
final class FdbTrial implements AutoCloseable
{
    static final int VNI = 1;
    static final MacAddress M = MacAddress.parse("02:00:00:00:00:77");
    static final Vtep A = EngineHarness.A;
    static final Vtep B = EngineHarness.B;
    static final Vtep C = EngineHarness.C;

    private final EngineHarness harness = EngineHarness.create();

    EngineHarness harness()
    {
        return harness;
    }

    FdbTrial launch(final SegmentContext segment)
    {
        harness.launch(segment);
        harness.attach(A);
        harness.attach(B);
        harness.attach(C);
        return this;
    }

    FdbTrial launch()
    {
        return launch(learning());
    }

    static SegmentContext learning()
    {
        return new SegmentContext(VNI).policy(p -> p.learning(true));
    }

    void hear(final Vtep from, final MacAddress source)
    {
        harness.receive(from, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(source.value())).vni(VNI).datagram());
    }

    void sendTo(final MacAddress destination)
    {
        harness.transmit(FrameSpec.ipv4Udp().destinationMac(destination.value()).bytes());
    }

    /** How many datagrams each of A, B and C was sent since the last call. */
    List<Integer> sent()
    {
        return List.of(harness.sentTo(A).size(), harness.sentTo(B).size(), harness.sentTo(C).size());
    }

    void step(final long seconds)
    {
        harness.clock().step(seconds, TimeUnit.SECONDS);
        harness.run();
    }

    <T> T ask(final Function<? super TableOperations, T> operation)
    {
        final CompletableFuture<T> answer = harness.engine().control().operate(operation);
        harness.run();
        return answer.join();
    }

    int flush(final FdbFilter filter)
    {
        return ask(control -> control.flush(filter));
    }

    List<FdbRow> rows()
    {
        final List<FdbRow> rows = new ArrayList<>();
        ask(control ->
        {
            control.list(FdbFilter.ALL, rows::add);
            return null;
        });
        return rows;
    }

    /** Where a MAC is; null if it has no entry. */
    Vtep remoteOf(final MacAddress mac)
    {
        final long entry = entry(mac);
        return entry == FdbEntry.MISSING ?
            null :
            Internals.forwarding(harness.engine()).remotes().vtep(FdbEntry.remote(entry));
    }

    int kindOf(final MacAddress mac)
    {
        return FdbEntry.kind(entry(mac));
    }

    private long entry(final MacAddress mac)
    {
        return Internals.forwarding(harness.engine()).fdb().lookup(VNI, mac.value());
    }

    @Override
    public void close()
    {
        harness.close();
    }
}

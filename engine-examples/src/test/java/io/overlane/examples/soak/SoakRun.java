// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import io.overlane.examples.lab.Poll;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The course of the soak: traffic, and one event after the other; at the end of each minute a record of it. */
final class SoakRun
{
    private static final int RECOVERY_S = 60;

    /** Time for packets on their way before and after a fault. */
    private static final int SETTLE_S = 1;

    private static final int READING_PAUSE_S = 5;
    private static final int NEW_STATIONS = 20;
    private static final int MOST_LOSSES = 20;

    /** Hosts report their multicast groups in segments without a flood list, too. */
    private static final String ALWAYS = "no-destination";

    private final SoakLab lab;
    private final PacketTraffic packets;
    private final List<TcpStream> streams;
    private final List<Event> events;
    private final Random random;
    private final KernelDrops kernelDrops;
    private final Hostile hostile;
    private final Set<Integer> faulty = ConcurrentHashMap.newKeySet();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final List<String> names = new ArrayList<>();
    private final Set<String> expected = new HashSet<>();
    private final Map<Integer, Usage> usages = new HashMap<>();
    private final Map<TcpStream, Long> streamed = new HashMap<>();
    private List<Event> waiting = new ArrayList<>();
    private Flow.Counts countsBefore;
    private long kernelBefore;
    private long damagedBefore;
    private long beganNs = System.nanoTime();
    private int minutes;

    SoakRun(
        final SoakLab lab,
        final PacketTraffic packets,
        final List<TcpStream> streams,
        final List<Event> events,
        final Hostile hostile,
        final Random random)
        throws IOException
    {
        this.lab = lab;
        this.packets = packets;
        this.streams = streams;
        this.events = events;
        this.hostile = hostile;
        this.random = random;
        kernelDrops = new KernelDrops(lab);
        countsBefore = packets.counts();
    }

    /** Starts the traffic and waits until every flow and stream gets through. */
    void start(final long packetsPerS)
    {
        packets.flows().forEach(Flow::beginFault);
        packets.rate(packetsPerS);
        packets.start();
        streams.forEach(stream ->
        {
            stream.rate(100_000);
            stream.start();
        });
        Poll.until("every flow gets through", RECOVERY_S,
            () -> packets.flows().stream().allMatch(flow -> flow.highest() >= 0));
        Poll.until("every stream gets through", RECOVERY_S,
            () -> streams.stream().allMatch(stream -> stream.received() > 0));
    }

    /** Measures what the machine carries: packets per second and bytes per second of all streams, each by itself. */
    long[] measure(final int seconds) throws InterruptedException
    {
        final long receivedBefore = packets.counts().received();
        packets.rate(1_000_000);
        TimeUnit.SECONDS.sleep(seconds);
        packets.rate(0);
        final long perS = (packets.counts().received() - receivedBefore) / seconds;
        final long bytesBefore = streams.stream().mapToLong(TcpStream::received).sum();
        streams.forEach(stream -> stream.rate(Integer.MAX_VALUE));
        TimeUnit.SECONDS.sleep(seconds);
        final long bytesPerS = (streams.stream().mapToLong(TcpStream::received).sum() - bytesBefore) / seconds;
        return new long[]{perS, bytesPerS};
    }

    /** Sets the load, and begins to count losses. */
    void begin(final long packetsPerS, final long bytesPerS) throws IOException, InterruptedException
    {
        packets.rate(packetsPerS);
        streams.forEach(stream -> stream.rate(bytesPerS / streams.size()));
        // What was sent before is judged by now.
        TimeUnit.SECONDS.sleep(RECOVERY_S / 6);
        packets.flows().forEach(Flow::endFault);
        kernelDrops.read(Set.of());
        countsBefore = packets.counts();
        damagedBefore = damaged();
        streams.forEach(stream -> streamed.put(stream, stream.received()));
        for (final SoakBridge bridge : lab.bridges())
        {
            usages.put(bridge.number(), Usage.of(bridge));
        }
        final Thread readings = new Thread(this::readAlways, "soak-readings");
        readings.setDaemon(true);
        readings.start();
        beganNs = System.nanoTime();
    }

    /** Reads metrics as a Prometheus does, and lets new stations appear. */
    private void readAlways()
    {
        while (true)
        {
            hostile.sendNewStations(NEW_STATIONS);
            for (final SoakBridge bridge : lab.bridges())
            {
                final Set<Integer> before = Set.copyOf(faulty);
                try
                {
                    bridge.page("/metrics");
                    bridge.page("/api/fdb?limit=100");
                    bridge.ctl("-j stats");
                }
                catch (final IOException ex)
                {
                    if (!before.contains(bridge.number()) && !faulty.contains(bridge.number()))
                    {
                        failures.add("metrics of bridge " + bridge.number() + ": " + ex.getMessage());
                    }
                }
            }
            try
            {
                TimeUnit.SECONDS.sleep(READING_PAUSE_S);
            }
            catch (final InterruptedException ex)
            {
                return;
            }
        }
    }

    /** Runs events until the time has come, and returns the record of the minute. */
    Minute minute(final int seconds, final int eventSeconds) throws IOException, InterruptedException
    {
        final long endNs = beganNs + TimeUnit.SECONDS.toNanos(seconds);
        final long eventNs = TimeUnit.SECONDS.toNanos(eventSeconds);
        long nextNs = beganNs;
        while (endNs - nextNs >= eventNs)
        {
            run(next());
            nextNs += eventNs * Math.max(1, Math.floorDiv(System.nanoTime() - nextNs + eventNs - 1, eventNs));
            TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(nextNs, endNs) - System.nanoTime()));
        }
        TimeUnit.NANOSECONDS.sleep(Math.max(0, endNs - System.nanoTime()));
        return record();
    }

    /** Every event comes once before any comes again. */
    private Event next()
    {
        if (waiting.isEmpty())
        {
            waiting = new ArrayList<>(events);
            Collections.shuffle(waiting, random);
        }
        return waiting.remove(waiting.size() - 1);
    }

    private void run(final Event event) throws IOException, InterruptedException
    {
        names.add(event.name());
        expected.addAll(event.drops());
        final List<Flow> flows = packets.flows().stream().filter(event.mayLose()).toList();
        kernelDrops.read(Set.of());
        faulty.addAll(event.hosts());
        flows.forEach(Flow::beginFault);
        try
        {
            TimeUnit.SECONDS.sleep(flows.isEmpty() ? 0 : SETTLE_S);
            event.body().run();
            final Map<Flow, Long> sent = new HashMap<>();
            flows.forEach(flow -> sent.put(flow, flow.next()));
            Poll.until("every flow gets through again after '" + event.name() + "'", RECOVERY_S,
                () -> flows.stream().allMatch(flow -> flow.highest() >= sent.get(flow)));
            TimeUnit.SECONDS.sleep(flows.isEmpty() ? 0 : SETTLE_S);
        }
        catch (final InterruptedException ex)
        {
            throw ex;
        }
        // Checks of the lab throw AssertionError.
        catch (final Exception | AssertionError ex)
        {
            failures.add("'" + event.name() + "': " + ex);
        }
        finally
        {
            flows.forEach(Flow::endFault);
            kernelDrops.read(event.hosts());
            faulty.removeAll(event.hosts());
        }
    }

    private long damaged()
    {
        return packets.damaged() + streams.stream().mapToLong(TcpStream::damaged).sum();
    }

    private Minute record() throws IOException
    {
        kernelDrops.read(Set.of());
        final long sinceNs = beganNs;
        final double seconds = (System.nanoTime() - beganNs) / 1e9;
        beganNs = System.nanoTime();
        final Map<String, Long> unexpected = new TreeMap<>();
        for (final SoakBridge bridge : lab.bridges())
        {
            try
            {
                final Usage now = Usage.of(bridge);
                now.dropsSince(usages.put(bridge.number(), now)).forEach((reason, count) ->
                {
                    if (!ALWAYS.equals(reason) && !expected.contains(reason))
                    {
                        unexpected.put(bridge.number() + " " + reason, count);
                    }
                });
            }
            catch (final IOException ex)
            {
                failures.add("bridge " + bridge.number() + " has no numbers: " + ex.getMessage());
            }
        }
        long tcpBytes = 0;
        for (final TcpStream stream : streams)
        {
            final long received = stream.received();
            final long before = streamed.put(stream, received);
            tcpBytes += received - before;
            if (received == before)
            {
                failures.add(stream + " carried nothing");
            }
        }
        final Flow.Counts counts = packets.counts();
        minutes++;
        final Minute minute = new Minute(minutes, seconds, counts.minus(countsBefore),
            kernelDrops.calm() - kernelBefore, damaged() - damagedBefore, tcpBytes,
            lab.bridges().stream().map(bridge -> usages.get(bridge.number())).toList(), unexpected,
            List.copyOf(names),
            packets.flows().stream().flatMap(flow -> flow.takeLosses(sinceNs).stream()).limit(MOST_LOSSES).toList(),
            List.copyOf(failures));
        countsBefore = counts;
        kernelBefore = kernelDrops.calm();
        damagedBefore = damaged();
        names.clear();
        failures.clear();
        expected.clear();
        return minute;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import static io.overlane.flannel.registry.Leases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseEvent.Kind;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.OwnLeaseListener;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetManager.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A watch goes on whatever happens to the registry. */
class RegistryWatchTest
{
    @TempDir
    private Path directory;

    private final MemoryRegistry registry = new MemoryRegistry();
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    private final RegistrySubnetManager manager = new RegistrySubnetManager(
        registry, RegistrySubnetManager.LEASE_TTL, new Random(1), notices::add);
    private final LeaseListener listener = new LeaseListener()
    {
        @Override
        public void onSnapshot(final List<Lease> leases)
        {
            seen.add(leases.size());
        }

        @Override
        public void onEvents(final List<LeaseEvent> events)
        {
            events.forEach(event -> seen.add(event.kind() + " " + event.lease().key()));
        }
    };

    @AfterEach
    void close()
    {
        manager.close();
    }

    @Test
    void shouldHandOverTheSnapshotThenItsEventsThenChanges() throws Exception
    {
        final Lease lease = registry.put(null, lease("10.5.1.0-24", "192.0.2.1"));
        manager.watchLeases(null, listener);
        assertEquals(1, next());
        assertEquals("ADDED 10.5.1.0/24", next());
        registry.stream.add(lease("10.5.1.0-24", "192.0.2.2"));
        assertEquals("CHANGED 10.5.1.0/24", next());
        registry.stream.add(lease.key());
        assertEquals("REMOVED 10.5.1.0/24", next());
    }

    @Test
    void shouldReadASnapshotAfterABrokenConnection() throws Exception
    {
        manager.watchLeases(null, listener);
        assertEquals(0, next());
        registry.put(null, lease("10.5.1.0-24", "192.0.2.1"));
        registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut"));
        assertEquals(1, next());
        assertEquals("ADDED 10.5.1.0/24", next());
        assertTrue(notices.get(0).contains("cut"), notices.toString());
        registry.stream.add(lease("10.5.2.0-24", "192.0.2.2"));
        assertEquals("ADDED 10.5.2.0/24", next());
        // The watch reports that it works again after it has delivered the change.
        manager.close();
        assertEquals(2, notices.size(), notices.toString());
    }

    @Test
    void shouldKeepPeersForATimeThatTheRegistryLost() throws Exception
    {
        final Duration grace = Duration.ofSeconds(1);
        final List<Lease> leases = IntStream.rangeClosed(1, 4)
            .mapToObj(i -> registry.put(null, lease("10.5." + i + ".0-24", "192.0.2." + i))).toList();
        try (LeaseWatches watches = new LeaseWatches(registry, grace, notices::add))
        {
            final long startNs = System.nanoTime();
            watches.others(null, listener);
            assertEquals(4, next());
            IntStream.rangeClosed(1, 4).forEach(i -> assertEquals("ADDED 10.5." + i + ".0/24", nextOrFail()));
            registry.clear();
            registry.store = "2";
            registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut"));
            assertEquals(4, next(), "all are known still");
            registry.stream.add(leases.get(0));
            while (seen.isEmpty())
            {
                // Something that changes nothing: the registry can be read.
                registry.stream.add(leases.get(0));
                Thread.sleep(10);
            }
            assertTrue(System.nanoTime() - startNs >= grace.toNanos());
            IntStream.rangeClosed(2, 4).forEach(i -> assertEquals("REMOVED 10.5." + i + ".0/24", nextOrFail()));
        }
        assertTrue(notices.contains("the registry lost 4 of 4 leases; their nodes stay peers until they register " +
            "again, at most 1 s"), notices.toString());
        assertTrue(notices.contains("nodes that did not register again in 1 s count as gone: 3"), notices.toString());
    }

    @Test
    void shouldReportTheOwnLeaseAfterEachGap() throws Exception
    {
        final Lease own = registry.put(null, lease("10.5.1.0-24", "192.0.2.1"));
        manager.watchLease(own.key(), new OwnLeaseListener()
        {
            @Override
            public void onWritten(final Lease lease)
            {
                seen.add("written at " + lease.revision());
            }

            @Override
            public void onLost()
            {
                seen.add("lost");
            }
        });
        assertEquals("written at 2", next());
        registry.put(own, lease("10.5.1.0-24", "192.0.2.9"));
        registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut"));
        assertEquals("written at 3", next());
        registry.clear();
        registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut"));
        assertEquals("lost", next());
    }

    @Test
    void shouldWriteTheOutageToAFlightRecording() throws Exception
    {
        final Path file = directory.resolve("outage.jfr");
        try (Recording recording = new Recording())
        {
            recording.start();
            manager.watchLeases(null, listener);
            assertEquals(0, next());
            registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut"));
            registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut again"));
            registry.stream.add(lease("10.5.1.0-24", "192.0.2.1"));
            assertEquals(0, next());
            assertEquals(0, next());
            assertEquals("ADDED 10.5.1.0/24", next());
            // The event was written before this change is reported.
            registry.stream.add(lease("10.5.2.0-24", "192.0.2.2"));
            assertEquals("ADDED 10.5.2.0/24", next());
            recording.stop();
            recording.dump(file);
        }
        final List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("io.overlane.RegistryReconnected"))
            .toList();
        assertEquals(1, events.size());
        assertEquals("cut", events.get(0).getString("reason"));
        assertEquals(2, events.get(0).getInt("failures"));
        assertTrue(events.get(0).getDuration().toMillis() > 0);
    }

    @Test
    void shouldReconcileFromASnapshotWhenThePastIsGone() throws Exception
    {
        final Lease gone = registry.put(null, lease("10.5.1.0-24", "192.0.2.1"));
        final Lease changed = registry.put(null, lease("10.5.2.0-24", "192.0.2.2"));
        manager.watchLeases(SubnetKey.parse("10.5.9.0-24"), listener);
        assertEquals(2, next());
        next();
        next();
        registry.delete(gone);
        registry.put(changed, lease("10.5.2.0-24", "192.0.2.22"));
        registry.put(null, lease("10.5.9.0-24", "192.0.2.9"));
        registry.stream.add(new RegistryException(RegistryException.Kind.COMPACTED, "compacted"));
        assertEquals(1, next());
        assertEquals("REMOVED 10.5.1.0/24", next());
        assertEquals("CHANGED 10.5.2.0/24", next());
    }

    @Test
    void shouldSurviveAListenerThatThrows() throws Exception
    {
        manager.watchLeases(null, events ->
        {
            seen.add(events.get(0).kind());
            throw new IllegalStateException("listener");
        });
        registry.stream.add(lease("10.5.1.0-24", "192.0.2.1"));
        assertEquals(Kind.ADDED, next());
        registry.stream.add(SubnetKey.parse("10.5.1.0-24"));
        assertEquals(Kind.REMOVED, next());
        assertTrue(notices.get(0).contains("listener"), notices.toString());
    }

    @Test
    void shouldCallNobodyAfterClose() throws Exception
    {
        final Watch watch = manager.watchLeases(null, listener);
        assertEquals(0, next());
        watch.close();
        watch.close();
        registry.stream.add(lease("10.5.1.0-24", "192.0.2.1"));
        assertEquals(1, registry.stream.size());
        assertTrue(seen.isEmpty());
    }

    private Object nextOrFail()
    {
        try
        {
            return next();
        }
        catch (final InterruptedException ex)
        {
            throw new IllegalStateException(ex);
        }
    }

    private Object next() throws InterruptedException
    {
        final Object item = seen.poll(30, TimeUnit.SECONDS);
        assertNotNull(item, "nothing was reported");
        return item;
    }
}

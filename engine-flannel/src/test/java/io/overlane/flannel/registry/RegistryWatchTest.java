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
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetManager.Watch;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
    void shouldGoOnWithoutASnapshotAfterABrokenConnection() throws Exception
    {
        manager.watchLeases(null, listener);
        assertEquals(0, next());
        registry.stream.add(new RegistryException(RegistryException.Kind.UNREACHABLE, "cut"));
        registry.stream.add(lease("10.5.1.0-24", "192.0.2.1"));
        assertEquals("ADDED 10.5.1.0/24", next());
        assertTrue(notices.get(0).contains("cut"), notices.toString());
        registry.stream.add(lease("10.5.2.0-24", "192.0.2.2"));
        assertEquals("ADDED 10.5.2.0/24", next());
        assertEquals(2, notices.size(), notices.toString());
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

    private Object next() throws InterruptedException
    {
        final Object item = seen.poll(30, TimeUnit.SECONDS);
        assertNotNull(item, "nothing was reported");
        return item;
    }
}

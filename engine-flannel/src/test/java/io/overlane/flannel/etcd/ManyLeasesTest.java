// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseEvent.Kind;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.registry.RegistrySubnetManager;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network of a thousand nodes; what it costs is reported, not asserted. */
@Tag("control-plane")
class ManyLeasesTest
{
    private static final int NODES = 1_000;
    private static final int CHANGES = 50;

    @TempDir
    Path directory;

    @Test
    void shouldFollowAThousandLeases() throws Exception
    {
        assumeTrue(EtcdServer.isInstalled(), "no etcd on the path (scripts/setup.sh test)");
        final BlockingQueue<List<?>> seen = new LinkedBlockingQueue<>();
        try (EtcdServer etcd = EtcdServer.onLoopback(directory))
        {
            for (int i = 0; i < NODES; i++)
            {
                etcd.put(name(i), RegistryContract.attributes(publicIp(i)).toJson());
            }
            final EtcdOptions options = EtcdOptions.of(etcd.endpoint());
            final RegistrySubnetManager manager = new RegistrySubnetManager(
                new EtcdV3Registry(options, notice ->
                {
                }),
                RegistrySubnetManager.LEASE_TTL, new Random(1), notice ->
                {
                });
            final long heapBefore = usedHeap();
            final long start = System.nanoTime();
            manager.watchLeases(null, new LeaseListener()
            {
                @Override
                public void onSnapshot(final List<Lease> leases)
                {
                    seen.add(leases);
                }

                @Override
                public void onEvents(final List<LeaseEvent> events)
                {
                    seen.add(events);
                }
            });
            assertEquals(NODES, next(seen).size());
            assertEquals(NODES, next(seen).size());
            final long snapshotNs = System.nanoTime() - start;
            final long heapAfter = usedHeap();

            final long[] changeNs = new long[CHANGES];
            for (int i = 0; i < CHANGES; i++)
            {
                final long change = System.nanoTime();
                etcd.put(name(i), RegistryContract.attributes("203.0.113.1").toJson());
                final List<?> events = next(seen);
                changeNs[i] = System.nanoTime() - change;
                assertEquals(1, events.size());
                assertEquals(Kind.CHANGED, ((LeaseEvent)events.get(0)).kind());
            }
            Arrays.sort(changeNs);
            final long warm = System.nanoTime();
            assertEquals(NODES, new EtcdV3Registry(options, notice ->
            {
            }).leases().leases().size());
            final long warmNs = System.nanoTime() - warm;
            System.out.printf("%d leases: first snapshot with its events %d ms, a second snapshot %d ms, " +
                "%d KiB of heap; from a put to its event %.1f ms (median of %d)%n",
                NODES, snapshotNs / 1_000_000, warmNs / 1_000_000, (heapAfter - heapBefore) / 1024,
                changeNs[CHANGES / 2] / 1e6, CHANGES);
            manager.close();
        }
    }

    private static String name(final int node)
    {
        return "/coreos.com/network/subnets/10." + (node >> 8) + "." + (node & 0xFF) + ".0-24";
    }

    private static String publicIp(final int node)
    {
        return "192.168." + (node >> 8) + "." + (node & 0xFF);
    }

    private static List<?> next(final BlockingQueue<List<?>> seen) throws InterruptedException
    {
        final List<?> next = seen.poll(60, TimeUnit.SECONDS);
        assertNotNull(next, "nothing was reported");
        return next;
    }

    private static long usedHeap()
    {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.OwnLeaseListener;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The manager of one node over HTTP with short time limits, and what it reports. */
final class KubeManagers implements AutoCloseable
{
    static final String PREFIX = "flannel.alpha.coreos.com/";
    static final KubeTimes TIMES = new KubeTimes(
        Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMinutes(5),
        Duration.ofNanos(1));

    final KubeSubnetManager manager;
    final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final String address;

    KubeManagers(final String url, final FileText token, final String name, final String address)
    {
        this.address = address;
        final NodeAnnotations annotations = new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX);
        final KubeAccess access = new KubeAccess(URI.create(url), null, null, null, token, null, false);
        manager = new KubeSubnetManager(
            new KubeClient(access, TIMES, annotations, Map.of("NODE_NAME", name), new Random(1)), annotations,
            () -> "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}", true, notices::add);
    }

    static Map<String, String> annotations(final String publicIp)
    {
        return Map.of(PREFIX + "kube-subnet-manager", "true", PREFIX + "backend-type", "vxlan",
            PREFIX + "backend-data", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:02\"}", PREFIX + "public-ip", publicIp);
    }

    Lease acquire()
    {
        return manager.acquire(LeaseAttributes.ofV4(
            IpAddress.parse(address), "vxlan", "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:01\"}"), null);
    }

    /** Acquires the lease and follows it and the others. */
    Lease follow()
    {
        final Lease own = acquire();
        manager.watchLease(own.key(), new OwnLeaseListener()
        {
            @Override
            public void onWritten(final Lease lease)
            {
                seen.add("written");
            }

            @Override
            public void onLost()
            {
                seen.add("lost");
            }
        });
        manager.watchLeases(own.key(), new LeaseListener()
        {
            @Override
            public void onSnapshot(final List<Lease> leases)
            {
                // Events follow.
            }

            @Override
            public void onEvents(final List<LeaseEvent> events)
            {
                events.forEach(event -> seen.add(event.kind() + " " + event.lease().key() + " " +
                    event.lease().attributes().publicIp()));
            }
        });
        return own;
    }

    String next() throws InterruptedException
    {
        return seen.poll(30, TimeUnit.SECONDS);
    }

    /** The next events, whose order does not matter. */
    Set<String> next(final int count) throws InterruptedException
    {
        final Set<String> events = new HashSet<>();
        for (int i = 0; i < count; i++)
        {
            events.add(next());
        }
        return events;
    }

    /** Waits for a line that contains the text. */
    String awaitNotice(final String text) throws InterruptedException
    {
        for (String line = notices.poll(30, TimeUnit.SECONDS); line != null; line = notices.poll(30, TimeUnit.SECONDS))
        {
            if (line.contains(text))
            {
                return line;
            }
        }
        throw new AssertionError("no line with '" + text + "'");
    }

    @Override
    public void close()
    {
        manager.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A registry whose answers a test decides. */
final class MemoryRegistry implements Registry
{
    /** Changes and failures for the watch to meet. */
    final BlockingQueue<Object> stream = new LinkedBlockingQueue<>();
    String config = "{\"Network\":\"10.5.0.0/16\"}";

    /** Changes when the registry is set up anew. */
    volatile String store = "1";

    /** Run before each create, as another node would. */
    Runnable beforeCreate = () ->
    {
    };

    private final Map<SubnetKey, Lease> leases = new LinkedHashMap<>();
    private long revision = 1;

    @Override
    public String config()
    {
        if (config == null)
        {
            throw new RegistryException(Kind.NOT_FOUND, "no network configuration");
        }
        return config;
    }

    @Override
    public synchronized LeaseSnapshot leases()
    {
        return new LeaseSnapshot(List.copyOf(leases.values()), revision, store);
    }

    @Override
    public synchronized Lease find(final SubnetKey key)
    {
        return leases.get(key);
    }

    @Override
    public Lease create(
        final SubnetKey key, final LeaseAttributes attributes, final Duration timeToLive, final long since)
    {
        beforeCreate.run();
        return put(null, new Lease(key, attributes, timeToLive, false, 0));
    }

    @Override
    public Lease update(final Lease lease, final LeaseAttributes attributes, final Duration timeToLive)
    {
        return put(lease, new Lease(
            lease.key(), attributes, lease.reserved() ? null : timeToLive, lease.reserved(), 0));
    }

    @Override
    public Lease prolong(final Lease lease, final Duration timeToLive)
    {
        return new Lease(lease.key(), lease.attributes(), timeToLive, lease.reserved(), lease.revision());
    }

    @Override
    public synchronized void delete(final Lease lease)
    {
        require(lease, lease.key());
        leases.remove(lease.key());
        revision++;
    }

    /** Lose everything, as an etcd that was set up anew. */
    synchronized void clear()
    {
        leases.clear();
        revision = 1;
    }

    synchronized Lease put(final Lease before, final Lease now)
    {
        require(before, now.key());
        final Lease written = new Lease(now.key(), now.attributes(), now.timeToLive(), now.reserved(), ++revision);
        leases.put(now.key(), written);
        return written;
    }

    private void require(final Lease believed, final SubnetKey key)
    {
        final Lease held = leases.get(key);
        if (believed == null ? held != null : held == null || held.revision() != believed.revision())
        {
            throw new RegistryException(Kind.CONFLICT, "lease " + key + ": another node was faster");
        }
    }

    @Override
    public ChangeStream changes(final SubnetKey key, final long from)
    {
        return new ChangeStream()
        {
            @Override
            public void await(final ChangeListener listener)
            {
                final Object item;
                try
                {
                    item = stream.take();
                }
                catch (final InterruptedException ex)
                {
                    throw new RegistryException(Kind.UNREACHABLE, "interrupted", ex);
                }
                if (item instanceof RuntimeException failure)
                {
                    throw failure;
                }
                if (item instanceof Lease lease)
                {
                    listener.onPut(lease);
                }
                else if (item instanceof SubnetKey gone)
                {
                    listener.onRemove(gone);
                }
                listener.onBatchEnd();
            }

            @Override
            public void close()
            {
            }
        };
    }
}

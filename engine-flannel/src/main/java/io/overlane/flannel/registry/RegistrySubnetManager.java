// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.OwnLeaseListener;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.lease.SubnetRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Subnets that the nodes assign themselves: each writes its lease to a {@link Registry}. */
public final class RegistrySubnetManager implements SubnetManager
{
    /** Time to live of flannel's leases. */
    public static final Duration LEASE_TTL = Duration.ofHours(24);

    /** Nodes that start together may choose the same subnet; each lost race costs another read of the registry. */
    private static final int MAX_ATTEMPTS = 50;

    /** After this number of lost races many nodes are probably starting, and the pauses grow to spread them. */
    private static final int HASTY_ATTEMPTS = 5;
    private static final int FIRST_PAUSE_MS = 20;
    private static final int LONGEST_PAUSE_MS = 2_000;

    private final Registry registry;
    private final RandomGenerator random;
    private final Consumer<String> notices;
    private final Duration timeToLive;
    private final LeaseWatches watches;

    /** The configuration that the caller works with. */
    private volatile @Nullable NetworkConfig network;

    /**
     * @param registry   with the leases; its maker closes it.
     * @param timeToLive of a lease, {@link #LEASE_TTL} beside flannel nodes.
     */
    public RegistrySubnetManager(
        final Registry registry,
        final Duration timeToLive,
        final RandomGenerator random,
        final Consumer<String> notices)
    {
        this(registry, timeToLive, timeToLive, random, notices);
    }

    /**
     * @param registry   with the leases; its maker closes it.
     * @param timeToLive of a lease, {@link #LEASE_TTL} beside flannel nodes.
     * @param grace      how long the nodes of leases that the registry lost stay peers. A node of flannel writes its
     *                   lease again only when it renews it, before its time to live has passed.
     */
    public RegistrySubnetManager(
        final Registry registry,
        final Duration timeToLive,
        final Duration grace,
        final RandomGenerator random,
        final Consumer<String> notices)
    {
        this.registry = registry;
        this.timeToLive = timeToLive;
        this.random = random;
        this.notices = notices;
        this.watches = new LeaseWatches(registry, grace, notices);
    }

    @Override
    public NetworkConfig networkConfig()
    {
        final NetworkConfig read = readConfig();
        network = read;
        return read;
    }

    private NetworkConfig readConfig()
    {
        final String json = registry.config();
        try
        {
            final NetworkConfig config = NetworkConfig.parse(json);
            if (config.v4() == null)
            {
                throw new IllegalArgumentException("EnableIPv4=false: leases in etcd need an IPv4 subnet");
            }
            return config;
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RegistryException(Kind.MALFORMED, "network configuration: " + ex.getMessage(), ex);
        }
    }

    @Override
    public @Nullable LeaseAttributes published(final @Nullable IpAddress publicIp)
    {
        return registry.leases().leases().stream()
            .map(Lease::attributes)
            .filter(attributes -> attributes.publicIp().equals(publicIp))
            .findFirst()
            .orElse(null);
    }

    @Override
    public Lease acquire(final LeaseAttributes attributes, final @Nullable SubnetKey previous)
    {
        final NetworkConfig network = presentNetwork();
        RegistryException lost = null;
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++)
        {
            try
            {
                return tryAcquire(network, attributes, previous);
            }
            catch (final RegistryException ex)
            {
                if (ex.kind() != Kind.CONFLICT)
                {
                    throw ex;
                }
                lost = ex;
            }
            pause(attempt);
        }
        throw new RegistryException(
            Kind.CONFLICT, "no subnet after " + MAX_ATTEMPTS + " lost races, the last: " +
                Objects.requireNonNull(lost).getMessage(), lost);
    }

    private NetworkConfig presentNetwork()
    {
        final NetworkConfig known = network;
        if (known == null)
        {
            return networkConfig();
        }
        try
        {
            if (!readConfig().equals(known))
            {
                throw new RegistryException(Kind.RECONFIGURED, "the network has another configuration now");
            }
        }
        catch (final RegistryException ex)
        {
            if (ex.kind() != Kind.NOT_FOUND && ex.kind() != Kind.MALFORMED)
            {
                throw ex;
            }
            notices.accept(ex.getMessage() + "; going on with the configuration that this node has");
        }
        return known;
    }

    private Lease tryAcquire(
        final NetworkConfig config, final LeaseAttributes attributes, final @Nullable SubnetKey previous)
    {
        final LeaseSnapshot snapshot = registry.leases();
        final List<Lease> others = new ArrayList<>(snapshot.leases());
        others.removeIf(lease -> isWider(lease.subnet(), config.v4()) || isWider(lease.subnetV6(), config.v6()));
        SubnetKey wanted = previous;
        for (final Lease lease : snapshot.leases())
        {
            if (!lease.attributes().publicIp().equals(attributes.publicIp()))
            {
                continue;
            }
            if (config.fits(lease.key()))
            {
                return registry.update(lease, attributes, timeToLive);
            }
            notices.accept("lease " + lease.key() + " of " + attributes.publicIp() +
                " is outside the network's configuration; deleting it");
            registry.delete(lease);
            others.remove(lease);
            wanted = lease.key();
        }
        return registry.create(choose(config, others, wanted), attributes, timeToLive, snapshot.revision());
    }

    /**
     * True for a prefix larger than the range: it is not a node's, and taking it into account would leave no subnet
     * free.
     */
    private static boolean isWider(final @Nullable IpPrefix held, final @Nullable SubnetRange range)
    {
        return held != null && range != null && held.length() < range.network().length();
    }

    private SubnetKey choose(final NetworkConfig config, final List<Lease> leases, final @Nullable SubnetKey previous)
    {
        final SubnetKey chosen = new SubnetAllocator(random).choose(config, leases, previous);
        if (chosen == null)
        {
            throw new RegistryException(
                Kind.EXHAUSTED, "out of subnets: " + leases.size() + " leases, none free in " + ranges(config));
        }
        return chosen;
    }

    private static String ranges(final NetworkConfig config)
    {
        return Stream.of(config.v4(), config.v6())
            .filter(Objects::nonNull)
            .map(range -> range.min() + "…" + range.max() + "/" + range.subnetLength())
            .collect(Collectors.joining(" or "));
    }

    private void pause(final int attempt)
    {
        if (attempt < HASTY_ATTEMPTS)
        {
            return;
        }
        try
        {
            final int doublings = Math.min(attempt - HASTY_ATTEMPTS, 10);
            Thread.sleep(random.nextInt(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << doublings)) + 1L);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new RegistryException(Kind.UNREACHABLE, "interrupted while acquiring a lease", ex);
        }
    }

    @Override
    public Lease renew(final Lease lease)
    {
        final Lease held = registry.find(lease.key());
        if (held == null)
        {
            throw new RegistryException(Kind.CONFLICT, "lease " + lease.key() + " is gone");
        }
        final boolean isUnchanged = held.revision() == lease.revision();
        if (!isUnchanged && held.isReadable() &&
            !held.attributes().publicIp().equals(lease.attributes().publicIp()))
        {
            throw new RegistryException(
                Kind.CONFLICT, "lease " + lease.key() + " is held by " + held.attributes().publicIp() + " now");
        }
        if (held.sameForPeers(lease) && (isUnchanged || held.reserved()))
        {
            return registry.prolong(held, timeToLive);
        }
        // Writing the key also shows another node with the same public address that it is not alone. A key without end
        // is a reservation only with the value that this node wrote; else an accident took the end away.
        final Lease present = held.sameForPeers(lease) || isUnchanged ? held : new Lease(
            held.key(), held.attributes(), held.timeToLive(), lease.reserved(), held.revision());
        return registry.update(present, lease.attributes(), timeToLive);
    }

    @Override
    public void release(final Lease lease)
    {
        registry.delete(lease);
    }

    @Override
    public Watch watchLeases(final @Nullable SubnetKey own, final LeaseListener listener)
    {
        return watches.others(own, listener);
    }

    @Override
    public Watch watchLease(final SubnetKey own, final OwnLeaseListener listener)
    {
        return watches.own(own, listener);
    }

    @Override
    public void close()
    {
        watches.close();
    }
}

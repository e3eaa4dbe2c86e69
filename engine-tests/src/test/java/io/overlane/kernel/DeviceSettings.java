// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.engine.EngineContext;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.wire.VxlanHeader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Settings of an engine that is to be like a recorded device, under the profile {@code linux}. What a device was made
 * without is left to the engine's defaults.
 */
public final class DeviceSettings
{
    private final KernelCase kernel;
    private final int vni;
    private final int udpPort;

    /** @param udpPort of the underlay. */
    public DeviceSettings(final KernelCase kernel, final int udpPort)
    {
        this.kernel = kernel;
        this.udpPort = udpPort;
        vni = kernel.number("id", -1);
    }

    /** Settings of the tables. */
    public EngineContext context()
    {
        final EngineContext context = new EngineContext();
        if (kernel.has("maxaddress"))
        {
            context.fdb(fdb -> fdb.maxEntries(kernel.number("maxaddress", 0)));
        }
        if (kernel.has("ageing"))
        {
            context.fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(kernel.number("ageing", 0))));
        }
        return context;
    }

    /** The device; without a port. */
    public SegmentContext segment()
    {
        final SegmentContext segment = new SegmentContext(vni)
            .policy(p -> p
                .profile(PolicyProfile.LINUX)
                .learning(!kernel.has("nolearning"))
                .outer(outer()))
            .ownMac(new MacAddress(KernelCase.OWN_MAC));
        if (kernel.has("remote"))
        {
            segment.flood(remote(kernel.option("remote"), udpPort));
        }
        if (kernel.has("group"))
        {
            segment.policy(p -> p.group(IpAddress.parse(kernel.option("group"))));
        }
        if (kernel.has("gbp"))
        {
            segment.policy(p -> p.reservedBits(VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK));
        }
        return segment;
    }

    private OuterContext outer()
    {
        OuterContext outer = new OuterContext();
        if (kernel.has("ttl"))
        {
            outer = outer.ttl(inheritable(kernel.option("ttl")));
        }
        if (kernel.has("tos"))
        {
            outer = outer.tos(inheritable(kernel.option("tos")));
        }
        if (kernel.has("df"))
        {
            outer = outer.dontFragment(switch (kernel.option("df"))
            {
                case "set" -> DontFragment.SET;
                case "unset" -> DontFragment.UNSET;
                case "inherit" -> DontFragment.INHERIT;
                default -> throw new IllegalArgumentException("df " + kernel.option("df"));
            });
        }
        return outer;
    }

    private static int inheritable(final String value)
    {
        return value.equals("inherit") ? OuterContext.INHERIT : Integer.decode(value);
    }

    /** The underlay, at the address and port of the device. */
    public UnderlayOptions underlay()
    {
        final IpAddress local = IpAddress.parse(kernel.option("local"));
        // A socket bound to one address hears no group.
        final UnderlayOptions options =
            new UnderlayOptions(kernel.has("group") ? IpAddress.ANY_V4 : local, udpPort)
            .v6Only(!local.isV4())
            .checksum(!kernel.has("noudpcsum") && !kernel.has("udp6zerocsumtx"))
            .acceptZeroChecksum(kernel.has("udp6zerocsumrx"))
            .sourcePorts();
        if (kernel.has("srcport"))
        {
            final int low = kernel.number("srcport", 0);
            final int high = Integer.parseInt(kernel.option("srcport", 2));
            options.sourcePorts(low, high, high - low + 1);
        }
        return options;
    }

    /** An operation in the words of {@code bridge fdb} or {@code ip neigh}, such as {@code fdb add … dst 10.99.0.2}. */
    public Function<TableOperations, TableResult> operation(final String words)
    {
        final List<String> all = List.of(words.split(" "));
        if (all.get(0).equals("neigh"))
        {
            return tables ->
                tables.replaceNeighbor(vni, IpAddress.parse(all.get(1)), MacAddress.parse(all.get(3)));
        }
        final FdbRequest request = request(all);
        return switch (all.get(1))
        {
            case "add" -> tables -> tables.add(request);
            case "append" -> tables -> tables.append(request);
            case "replace" -> tables -> tables.replace(request);
            case "del" -> tables -> tables.delete(request);
            default -> throw new IllegalArgumentException(words);
        };
    }

    private FdbRequest request(final List<String> words)
    {
        final int remotePort = Integer.parseInt(after(words, "port", Integer.toString(udpPort)));
        final String to = after(words, "dst", null);
        FdbRequest request =
            new FdbRequest(vni, MacAddress.parse(words.get(2)), to == null ? null : remote(to, remotePort));
        if (words.contains("vni"))
        {
            request = request.remoteVni(Integer.parseInt(after(words, "vni", null)));
        }
        return words.contains("dynamic") ? request.dynamic() : request;
    }

    private static String after(final List<String> words, final String word, final String otherwise)
    {
        return words.contains(word) ? words.get(words.indexOf(word) + 1) : otherwise;
    }

    private static Vtep remote(final String address, final int port)
    {
        return new Vtep(IpAddress.parse(address), port);
    }
}

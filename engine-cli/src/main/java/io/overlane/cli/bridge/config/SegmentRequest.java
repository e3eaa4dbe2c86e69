// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.address.Vni;
import io.overlane.admin.AdminException;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.cli.OneLineErrors;
import io.overlane.cli.bridge.plan.BridgeOptions;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.BridgePlanner;
import io.overlane.cli.bridge.plan.HostFacts;
import io.overlane.cli.bridge.plan.NumberRange;
import io.overlane.port.VlanPriority;
import io.overlane.tun.TunOffload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code segment add}: parses an operator's request for another segment. */
public final class SegmentRequest
{
    /** Arguments of the command. */
    public static final String SYNTAX = "VNI [dev NAME] [vlan N[-N]] [vlan-protocol 802.1q|802.1ad]" +
        " [vlan-priority 0...7|dscp|keep] [vlan-tags refuse|carry] [mtu N] [flood IP[:PORT],...] " +
        SegmentRule.syntaxOfAll();

    private static final String DEVICE = "dev";
    private static final String VLAN = "vlan";

    private SegmentRequest()
    {
    }

    /**
     * @param words of the request.
     * @return the VNIs at its start.
     * @throws AdminException if there is none.
     */
    public static NumberRange vnis(final List<String> words) throws AdminException
    {
        if (words.isEmpty())
        {
            throw AdminException.usage("no VNI");
        }
        try
        {
            final NumberRange vnis = NumberRange.parse("VNI", words.get(0));
            Vni.check(vnis.to());
            return vnis;
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
    }

    /**
     * @param words    of the request.
     * @param first    plan of the engine.
     * @param byDevice finds the plan of a segment that has a device already; null if none has.
     * @param host     whose facts are needed.
     * @return a checked plan, or one for each VLAN of a range.
     * @throws AdminException if the request is wrong.
     */
    public static List<BridgePlan> plans(
        final List<String> words,
        final BridgePlan first,
        final Function<String, @Nullable BridgePlan> byDevice,
        final HostFacts host)
        throws AdminException
    {
        final NumberRange vnis = vnis(words);
        final int word = words.indexOf(VLAN);
        final NumberRange vlans = word > 0 && word + 1 < words.size() ? vlans(words.get(word + 1)) : null;
        if (vnis.size() > 1 || vlans != null && vlans.size() > 1 && !words.contains(DEVICE))
        {
            throw AdminException.usage("give the first VNI, the range of VLANs and their device: 10100 vlan 100-199" +
                " dev trunk0");
        }
        final List<BridgePlan> plans = new ArrayList<>();
        for (int i = 0; i < (vlans == null ? 1 : vlans.size()); i++)
        {
            final BridgeOptions options = options(words, first);
            options.vni = (long)vnis.from() + i;
            options.vlan = vlans == null ? null : (Integer)(vlans.from() + i);
            options.device = options.device == null ? "vx" + options.vni : options.device;
            final BridgePlan sharing = byDevice.apply(options.device);
            if (sharing != null)
            {
                options.mac = sharing.mac();
                options.mtu = options.mtu == null ? (Integer)sharing.mtu() : options.mtu;
            }
            plans.add(plan(options, host));
        }
        return plans;
    }

    private static NumberRange vlans(final String text) throws AdminException
    {
        try
        {
            return NumberRange.parse(VLAN, text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
    }

    private static BridgeOptions options(final List<String> words, final BridgePlan first) throws AdminException
    {
        final BridgeOptions options = new BridgeOptions();
        options.local = first.local().address();
        options.udpPort = first.local().udpPort();
        options.underlay = first.underlay();
        options.threads = first.threads();
        options.offload =
            first.offload() == TunOffload.NONE ? BridgeOptions.Offload.OFF : BridgeOptions.Offload.AUTO;
        for (int i = 1; i < words.size(); i += 2)
        {
            if (i + 1 == words.size())
            {
                throw AdminException.usage("the value of '" + words.get(i) + "' is missing");
            }
            set(options, words.get(i), words.get(i + 1));
        }
        return options;
    }

    private static BridgePlan plan(final BridgeOptions options, final HostFacts host) throws AdminException
    {
        try
        {
            return BridgePlanner.plan(options, host);
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ConfigArguments.withoutDashes(OneLineErrors.message(ex)));
        }
    }

    private static <T> T parse(final Supplier<T> parser) throws AdminException
    {
        try
        {
            return parser.get();
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
    }

    private static void set(final BridgeOptions options, final String key, final String value) throws AdminException
    {
        switch (key)
        {
            case DEVICE:
                options.device = value;
                break;

            case VLAN:
                break;

            case "vlan-protocol":
                options.vlanProtocol = parse(() -> BridgeOptions.VlanProtocol.parse(value));
                break;

            case "vlan-priority":
                options.vlanPriority = parse(() -> VlanPriority.parse(value));
                break;

            case "vlan-tags":
                options.vlanTags = parse(() -> BridgeOptions.VlanTags.parse(value));
                break;

            case "flood":
                options.flood = List.of(value.split(","));
                break;

            case "mtu":
                if (!value.matches("\\d{1,5}"))
                {
                    throw AdminException.usage("not an MTU: '" + value + "'");
                }
                options.mtu = Integer.valueOf(value);
                break;

            default:
                options.rule(Arrays.stream(SegmentRule.values())
                    .filter(rule -> rule.toString().equals(key))
                    .findFirst()
                    .orElseThrow(() -> AdminException.usage("unexpected '" + key + "'")), value);
        }
    }
}

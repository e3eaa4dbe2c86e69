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
import io.overlane.tun.TunOffload;
import java.util.Arrays;
import java.util.List;

/** {@code segment add}: parses an operator's request for another segment. */
public final class SegmentRequest
{
    /** Arguments of the command. */
    public static final String SYNTAX = "VNI [dev NAME] [mtu N] " + SegmentRule.syntaxOfAll();

    private SegmentRequest()
    {
    }

    /**
     * @param words of the request.
     * @return the VNI at its start.
     * @throws AdminException if there is none.
     */
    public static int vni(final List<String> words) throws AdminException
    {
        if (words.isEmpty() || !words.get(0).matches("\\d{1,8}"))
        {
            throw AdminException.usage("no VNI");
        }
        try
        {
            return Vni.check(Integer.parseInt(words.get(0)));
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ex);
        }
    }

    /**
     * @param words of the request.
     * @param first plan of the engine.
     * @param host  whose facts are needed.
     * @return a checked plan.
     * @throws AdminException if the request is wrong.
     */
    public static BridgePlan plan(final List<String> words, final BridgePlan first, final HostFacts host)
        throws AdminException
    {
        final BridgeOptions options = new BridgeOptions();
        options.vni = (long)vni(words);
        options.device = "vx" + options.vni;
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
        try
        {
            return BridgePlanner.plan(options, host);
        }
        catch (final IllegalArgumentException ex)
        {
            throw AdminException.usage(ConfigArguments.withoutDashes(OneLineErrors.message(ex)));
        }
    }

    private static void set(final BridgeOptions options, final String key, final String value) throws AdminException
    {
        switch (key)
        {
            case "dev":
                options.device = value;
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

// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Two processes of {@link TaggedStation}, each behind a bridge. */
public final class TaggedStations
{
    private static final int START_TIMEOUT_S = 120;
    private static final int EXCHANGE_TIMEOUT_S = 120;

    private TaggedStations()
    {
    }

    /**
     * One asks, the other answers, until every question came back unchanged.
     *
     * @param asker    host.
     * @param answerer another host.
     * @param bridge   on both, which their devices are put into.
     */
    public static void exchange(final LabHost asker, final LabHost answerer, final String bridge)
    {
        final String own = Integer.toString(asker.number());
        final String other = Integer.toString(answerer.number());
        final LabProcess answering = start(answerer, "t" + own, bridge, List.of(other, "answer"));
        final LabProcess asking = start(asker, "t" + other, bridge, List.of(own, "ask", other));
        System.out.println(asking.awaitLine(TaggedStation.DONE, EXCHANGE_TIMEOUT_S));
        asking.close();
        answering.close();
    }

    /**
     * Ask in several VLANs who is there.
     *
     * @param host      the asker's.
     * @param bridge    its device is put into.
     * @param questions see {@link TrunkStation}.
     * @return who answered where.
     */
    public static String ask(final LabHost host, final String bridge, final String... questions)
    {
        final LabProcess asking =
            start(host, TrunkStation.class, TrunkStation.READY, "t" + host.number(), bridge, List.of(questions));
        final String heard = asking.awaitLine(TrunkStation.HEARD, EXCHANGE_TIMEOUT_S);
        asking.close();
        return heard.substring(TrunkStation.HEARD.length());
    }

    private static LabProcess start(
        final LabHost host, final String device, final String bridge, final List<String> behindDevice)
    {
        return start(host, TaggedStation.class, TaggedStation.READY, device, bridge, behindDevice);
    }

    private static LabProcess start(
        final LabHost host,
        final Class<?> program,
        final String ready,
        final String device,
        final String bridge,
        final List<String> behindDevice)
    {
        final String classes = Path.of("target/engine-examples.jar").toAbsolutePath() + File.pathSeparator +
            Path.of("target/test-classes").toAbsolutePath();
        final List<String> arguments = new ArrayList<>(List.of(device));
        arguments.addAll(behindDevice);
        final LabProcess process = host.start(JavaCommand.of(
            List.of("-Xmx64m", "-cp", classes),
            program.getName(), arguments));
        process.awaitLine(ready, START_TIMEOUT_S);
        host.addToBridge(device, bridge);
        return process;
    }
}

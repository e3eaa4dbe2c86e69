// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.concurrent.TimeUnit;

/** Runs a fabric with the settings on the command line; {@code scripts/fabric.sh} describes them. */
final class FabricMain
{
    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(5);

    private FabricMain()
    {
    }

    public static void main(final String... args)
    {
        if (args.length % 2 != 0)
        {
            throw new IllegalArgumentException("each option needs a value: " + String.join(" ", args));
        }
        FabricContext context = new FabricContext(System.nanoTime());
        for (int i = 0; i < args.length; i += 2)
        {
            if (args[i].equals("--seed"))
            {
                context = new FabricContext(Long.parseLong(args[i + 1]));
            }
        }
        context.engines(1_000).networks(250).stations(2_500).framesPerSecond(100).changesPerSecond(0.5)
            .durationNs(TimeUnit.HOURS.toNanos(24)).checkEveryNs(TimeUnit.MINUTES.toNanos(5))
            .progress(PROGRESS_NS, report -> System.out.println("fabric: " + report));
        for (int i = 0; i < args.length; i += 2)
        {
            set(context, args[i], args[i + 1]);
        }
        System.out.println("fabric: seed " + context.seed() + ", " + context.engines() + " engines");
        final FabricReport report = Fabric.run(context);
        report.disagreements().forEach(System.out::println);
        report.drops().forEach((reason, count) -> System.out.println("fabric: dropped for " + reason + ": " + count));
        System.out.println("fabric: " + report);
        System.exit(report.isRight() ? 0 : 1);
    }

    private static void set(final FabricContext context, final String name, final String value)
    {
        switch (name)
        {
            case "--seed" ->
            {
                // The context has it already.
            }
            case "--engines" -> context.engines(Integer.parseInt(value));
            case "--networks" -> context.networks(Integer.parseInt(value));
            case "--stations" -> context.stations(Integer.parseInt(value));
            case "--hours" -> context.durationNs((long)(Double.parseDouble(value) * TimeUnit.HOURS.toNanos(1)));
            case "--frames" -> context.framesPerSecond(Integer.parseInt(value));
            case "--changes" -> context.changesPerSecond(Double.parseDouble(value));
            case "--hostile" -> context.hostilePerSecond(Double.parseDouble(value));
            case "--loss" -> context.loss(Double.parseDouble(value));
            case "--duplication" -> context.duplication(Double.parseDouble(value));
            case "--lateness" -> context.lateness(Double.parseDouble(value));
            default -> throw new IllegalArgumentException("unknown option " + name + "; see scripts/fabric.sh");
        }
    }
}

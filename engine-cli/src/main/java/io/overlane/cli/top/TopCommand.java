// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import io.overlane.cli.OneLineErrors;
import io.overlane.cli.SocketOption;
import io.overlane.cli.StopSignal;
import io.overlane.cli.TerminalCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code top}: shows the rates of a running bridge until a key ends it. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Shows the rates of a running bridge or flannel node, for each segment, remote and drop reason, with their " +
        "course over the last minute. Keys: q quits; t, s, r, f and n sort by traffic, sent, received, frames and " +
        "name.",
    footer = {"", "Exit code: 0 when ended, 1 if nobody answers at the start, 2 for bad options."})
public final class TopCommand implements Callable<Integer>
{
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final int BATCH_COLUMNS = 120;

    @Mixin
    private SocketOption socket;

    @Option(names = {"-b", "--batch"}, description =
        "Print line after line instead of drawing on the terminal, for files and pipes. Default: off, on if standard " +
        "input or output is no terminal.")
    private boolean isBatch;

    @Option(names = "-n", paramLabel = "ROUNDS", description =
        "End after this many rounds. Default: 0, no limit.")
    private int rounds;

    @Option(names = {"-d", "--delay"}, paramLabel = "SECONDS", description =
        "Seconds between two rounds. Default: 1.")
    private int delayS = 1;

    @Option(names = "--sort", paramLabel = "traffic|sent|received|frames|name", description =
        "Order of segments and remotes. Default: traffic.")
    private TopOrder order = TopOrder.TRAFFIC;

    @Option(names = "--device", paramLabel = "NAME", description =
        "Device whose engine is shown, if a flannel node has two. Default: that of IPv4.")
    private @Nullable String device;

    @Spec
    private CommandSpec spec;

    private final TopRates rates = new TopRates();
    private final TopScreen screen = new TopScreen(TerminalCheck.canPrint(TopScreen.BLOCKS) ?
        TopScreen.BLOCKS : TopScreen.PLAIN);
    private final CountDownLatch stop = new CountDownLatch(1);
    private String title = "";
    private List<TopRates.Row> rows = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        if (rounds < 0 || delayS < 1)
        {
            throw new IllegalArgumentException(rounds < 0 ?
                "-n " + rounds + ": not a number of rounds" : "--delay " + delayS + ": expected 1 s or more");
        }
        final Path path = socket.path();
        // The first answer proves that somebody is there; rates need a second one.
        rates.rows(TopSample.ask(path, device));
        final PrintWriter out = spec.commandLine().getOut();
        final StopSignal signal = StopSignal.listen(stop::countDown);
        try (Terminal terminal = isBatch ? null : Terminal.open(out))
        {
            if (terminal == null)
            {
                print(path, out);
            }
            else
            {
                draw(path, terminal);
            }
            signal.done();
            return 0;
        }
        finally
        {
            signal.ended();
        }
    }

    private void print(final Path path, final PrintWriter out) throws InterruptedException
    {
        final int columns = columns(System.getenv("COLUMNS"));
        for (int i = 0; (rounds == 0 || i < rounds) && !stop.await(delayS, TimeUnit.SECONDS); i++)
        {
            ask(path);
            screen.draw(title, rows, order, columns, Integer.MAX_VALUE).forEach(out::println);
            out.println();
            out.flush();
            if (out.checkError())
            {
                // The reader of the pipe has gone.
                return;
            }
        }
    }

    private static int columns(final @Nullable String variable)
    {
        return variable != null && variable.matches("[1-9]\\d{0,3}") ? Integer.parseInt(variable) : BATCH_COLUMNS;
    }

    private void draw(final Path path, final Terminal terminal) throws IOException
    {
        long nextNs = System.nanoTime();
        Terminal.Size size = terminal.size();
        for (int i = 0; stop.getCount() > 0; )
        {
            if (nextNs - System.nanoTime() <= 0)
            {
                if (rounds > 0 && i++ == rounds)
                {
                    return;
                }
                ask(path);
                size = terminal.size();
                show(terminal, size);
                nextNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(delayS);
            }
            final int key = terminal.key();
            if (key == 'q')
            {
                return;
            }
            final TopOrder chosen = TopOrder.ofKey(key);
            if (chosen != null)
            {
                order = chosen;
                show(terminal, size);
            }
        }
    }

    private void show(final Terminal terminal, final Terminal.Size size)
    {
        terminal.show(screen.draw(title, rows, order, size.columns(), size.rows()));
    }

    /** A bridge that has gone may come back. */
    private void ask(final Path path)
    {
        final String now = "overlane top  " + LocalTime.now(ZoneId.systemDefault()).format(CLOCK) + "  ";
        try
        {
            final TopSample sample = TopSample.ask(path, device);
            rows = rates.rows(sample);
            title = now + sample.local() + "  sorted by " + order + "; keys t s r f n, q quits";
        }
        catch (final IOException ex)
        {
            rates.forget();
            rows = List.of();
            title = now + OneLineErrors.message(ex) + "; waiting for it";
        }
    }
}

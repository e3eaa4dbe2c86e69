// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.Underlay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.agrona.concurrent.NanoClock;

/**
 * An engine of one segment, set up as a recorded device was
 * ({@link DeviceSettings}), and under the test's hand.
 */
public final class DeviceTwin implements AutoCloseable
{
    private final DeviceSettings settings;
    private final LoopbackPort port = new LoopbackPort("vx0", 1500, 64, 2048);
    private final List<Throwable> errors = new ArrayList<>();
    private final OverlayEngine engine;

    /**
     * @param kernel   how the device was made, and what was set up before.
     * @param underlay bound to the device's address and port.
     * @param clock    of the engine.
     */
    public DeviceTwin(final KernelCase kernel, final Underlay underlay, final NanoClock clock)
    {
        settings = new DeviceSettings(kernel, underlay.local().udpPort());
        final EngineContext context = settings.context()
            .threadingMode(ThreadingMode.INVOKER)
            .underlay(underlay)
            .clock(clock)
            .errorHandler(errors::add)
            .segment(settings.segment().port(port));
        engine = OverlayEngine.launch(context);
        kernel.all("before").forEach(this::setUp);
    }

    /**
     * @param words that are recorded as set up before a case.
     */
    public void setUp(final String words)
    {
        if (words.startsWith("fdb ") || words.startsWith("neigh "))
        {
            final TableResult result = operate(words);
            if (result != TableResult.DONE)
            {
                throw new AssertionError(words + ": " + result);
            }
        }
        else if (!words.startsWith("link "))
        {
            throw new IllegalArgumentException("not understood: " + words);
        }
    }

    /**
     * @param words of {@code bridge}, such as {@code fdb add 02:…:01 dst 10.99.0.2}.
     * @return what the engine answered.
     */
    public TableResult operate(final String words)
    {
        return ask(settings.operation(words));
    }

    /**
     * @param filter of entries.
     * @return entries flushed.
     */
    public int flush(final FdbFilter filter)
    {
        return ask(control -> control.flush(filter));
    }

    /** @return the FDB as the recordings have it, sorted. */
    public List<String> fdb()
    {
        final List<String> rows = new ArrayList<>();
        ask(control ->
        {
            control.list(FdbFilter.ALL, row -> rows.add(
                row.mac() + " dst " + row.remote().address() + (row.kind() == FdbKind.STATIC ? " static" : "")));
            return null;
        });
        return rows.stream().sorted().toList();
    }

    private <T> T ask(final Function<? super TableOperations, T> operation)
    {
        final CompletableFuture<T> answer = engine.control().operate(operation);
        run();
        return answer.join();
    }

    /**
     * A frame goes into the device.
     *
     * @param frame its bytes.
     */
    public void transmit(final byte[] frame)
    {
        if (!port.put(frame))
        {
            throw new AssertionError("the port has no room");
        }
        run();
    }

    /** Work until there is none. */
    public void run()
    {
        int idle = 0;
        while (idle < 2)
        {
            idle = engine.doWork() == 0 ? idle + 1 : 0;
        }
        if (!errors.isEmpty())
        {
            throw new AssertionError("reported to the error handler", errors.get(0));
        }
    }

    /** @return what came out of the device since the last call. */
    public List<byte[]> taken()
    {
        return port.takeAll();
    }

    /** @return counters of frames that went in. */
    public PathCounters encap()
    {
        return engine.counters().encap();
    }

    /** @return counters of datagrams that came. */
    public PathCounters decap()
    {
        return engine.counters().decap();
    }

    /**
     * @param path of the engine.
     * @return the one reason something was dropped for so far; {@code NONE} if nothing was.
     */
    public static DropReason dropped(final PathCounters path)
    {
        DropReason verdict = DropReason.NONE;
        for (int i = 1; i < DropReason.count(); i++)
        {
            if (path.dropped(DropReason.get(i)) > 0)
            {
                if (verdict != DropReason.NONE)
                {
                    throw new AssertionError(verdict + " and " + DropReason.get(i));
                }
                verdict = DropReason.get(i);
            }
        }
        return verdict;
    }

    @Override
    public void close()
    {
        engine.close();
    }
}

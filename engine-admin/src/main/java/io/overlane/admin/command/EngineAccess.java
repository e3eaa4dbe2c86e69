// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.Vni;
import io.overlane.admin.AdminException;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.SegmentView;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What every command needs of the engine: a segment that is meant, and an answer from the thread that writes. */
final class EngineAccess
{
    static final Words.Parser<Integer> VNI = Words.number("VNI", Vni.MIN_VALUE, Vni.MAX_VALUE);
    static final Words.Parser<Integer> UDP_PORT = Words.number("UDP port", 1, 0xFFFF);

    private static final long ANSWER_LIMIT_S = 5;

    private final OverlayEngine engine;

    EngineAccess(final OverlayEngine engine)
    {
        this.engine = engine;
    }

    OverlayEngine engine()
    {
        return engine;
    }

    /** In order of their VNIs. */
    List<SegmentView> segments()
    {
        return engine.segments().all().stream().sorted(Comparator.comparingInt(SegmentView::vni)).toList();
    }

    /** The VNI that is given or, without one, that of the only segment. */
    int segment(final Words words) throws AdminException
    {
        final Integer vni = words.optional("vni", VNI);
        final List<SegmentView> segments = segments();
        if (vni == null)
        {
            if (segments.size() == 1)
            {
                return segments.get(0).vni();
            }
            throw segments.isEmpty() ?
                AdminException.refused("there is no VXLAN segment") :
                AdminException.usage("vni is missing, and there are " + segments.size() + " segments");
        }
        if (engine.segments().get(vni) == null)
        {
            throw AdminException.refused("no segment has VNI " + vni);
        }
        return vni;
    }

    /** The VNI that is given; null means all. */
    @Nullable Integer filter(final Words words) throws AdminException
    {
        return words.has("vni") ? (Integer)segment(words) : null;
    }

    /** Run a function on the thread that writes the tables, and wait for its result. */
    <T> T operate(final Function<? super TableOperations, T> function) throws AdminException
    {
        return await(engine.control().operate(function));
    }

    /** As {@link #operate}. An operation that fails is refused: {@code entry} says what it was about. */
    void require(final String entry, final Function<? super TableOperations, TableResult> operation)
        throws AdminException
    {
        final TableResult result = operate(operation);
        if (result != TableResult.DONE)
        {
            throw AdminException.refused(entry + ": " + result.words());
        }
    }

    static <T> T await(final CompletableFuture<T> answer) throws AdminException
    {
        try
        {
            return answer.get(ANSWER_LIMIT_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            final Throwable cause = Objects.requireNonNullElse(ex.getCause(), ex);
            throw AdminException.refused(Objects.requireNonNullElse(cause.getMessage(), cause.toString()));
        }
        catch (final TimeoutException ex)
        {
            answer.cancel(false);
            throw AdminException.refused("the engine did not answer within " + ANSWER_LIMIT_S + " s");
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw AdminException.refused("interrupted");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import java.io.IOException;
import java.util.List;

/**
 * Gives one input to one parser, and asserts what must hold for every input. Used by one thread. An input must have the
 * same result each time, so that it can be stored and tried again.
 */
public interface FuzzTarget extends AutoCloseable
{
    /**
     * @param input any bytes.
     * @throws Exception if the parser threw what its documentation does not announce; also an {@link AssertionError}.
     */
    void accept(byte[] input) throws Exception;

    /** @return inputs to begin with: valid ones, made by our own code. */
    List<byte[]> seeds() throws Exception;

    @Override
    default void close() throws IOException
    {
        // Most targets hold nothing.
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.List;

/** A request of an operator. It runs on the admin thread; other requests wait for it. */
@FunctionalInterface
public interface AdminCommand
{
    /**
     * @param words of the request, without those that name the command.
     * @return the answer.
     * @throws AdminException if the request is wrong or cannot be carried out.
     */
    Answer run(List<String> words) throws AdminException;
}

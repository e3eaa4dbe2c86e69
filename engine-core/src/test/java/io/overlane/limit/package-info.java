/** Tests of {@link io.overlane.limit}. */
package io.overlane.limit;

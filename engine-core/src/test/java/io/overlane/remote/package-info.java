/** Numbers of remotes: given, shared and given again. */
package io.overlane.remote;

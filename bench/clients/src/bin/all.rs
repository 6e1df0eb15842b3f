//! A function with all clients.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    clients::serve(clients::all).await
}
